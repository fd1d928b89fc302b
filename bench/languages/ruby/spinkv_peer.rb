# frozen_string_literal: true

require "spinkv"

# The gem itself.
class SpinkvPeer
  VERSION = Spinkv.version
  FULL = "WAL, durability full"
  NORMAL = "WAL, durability normal"

  def initialize(path, durability, uncached)
    options = uncached ? { cache_bytes: 0 } : {}
    @store = Spinkv.open("bench", path: path, durability: durability, **options)
  end

  def get(keys)
    store = @store
    keys.each { |key| store.get(key) }
  end

  def set(pairs)
    store = @store
    pairs.each { |key, value| store.set(key, value) }
  end

  def set_many(pairs)
    @store.set_many(pairs)
  end

  def read(key)
    @store.get(key)
  end

  def close
    @store.close
  end
end
