# frozen_string_literal: true

require "sqlite3"

# The gem sqlite3 on a file of the same kind: statements prepared once, a transaction for many.
class Sqlite3Peer
  VERSION = SQLite3::VERSION
  FULL = "WAL, synchronous=FULL"
  NORMAL = "WAL, synchronous=NORMAL"

  CREATE = "CREATE TABLE IF NOT EXISTS spin_key_value " \
           "(store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))"
  GET = "SELECT value FROM spin_key_value WHERE store = 'bench' AND key = ?"
  SET = "INSERT INTO spin_key_value (store, key, value) VALUES ('bench', ?, ?) " \
        "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value"

  def initialize(path, durability, _uncached)
    @database = SQLite3::Database.new(path)
    @database.execute("PRAGMA journal_mode=WAL")
    @database.execute("PRAGMA synchronous=#{durability}")
    @database.execute(CREATE)
    @get = @database.prepare(GET)
    @set = @database.prepare(SET)
  end

  def get(keys)
    keys.each { |key| read(key) }
  end

  # A String in binary is bound as a blob.
  def set(pairs)
    statement = @set
    pairs.each { |key, value| statement.execute!(key, value) }
  end

  def set_many(pairs)
    @database.transaction(:immediate) { set(pairs) }
  end

  def read(key)
    @get.execute!(key).first.first
  end

  def close
    @get.close
    @set.close
    @database.close
  end
end
