# frozen_string_literal: true

require "json"

require_relative "spinkv/errors"
require "spinkv/core"
require_relative "spinkv/store"
require_relative "spinkv/app"

# Spin's key-value store as a library: the same operations, limits and errors, on the same SQLite file.
module Spinkv
  private_constant :Core

  # The version of the library in use, such as "0.1.0".
  def self.version
    Core.version
  end

  # Opens a store by its label. Without options it is a store of the default app, which has one, "default",
  # unless the environment variable RUNTIME_CONFIG_FILE names more; with options (those of App#add_store) it
  # is a store of its own. Given a block, yields the store, closes it afterwards and gives what the block gives.
  #
  #   Spinkv.open("cache", path: "cache.db", max_entries: 0) { |cache| cache.set("key", "value") }
  #
  # Raises what App#add_store and App#open raise.
  def self.open(label, **options, &block)
    return Store.open(label, &block) if options.empty?

    app = App.new
    app.add_store(label, **options)
    app.open(label, &block)
  end

  # Opens the store "default", which is .spin/sqlite_key_value.db in the current directory unless the option
  # path says otherwise. As Spinkv.open.
  def self.open_default(**options, &block)
    open("default", **options, &block)
  end
end
