# frozen_string_literal: true

module Spinkv
  # The stores of one app: which there are, where they live and which may be opened.
  #
  #   app = Spinkv::App.new(manifest: "spin.toml", component: "hello", runtime_config: "runtime-config.toml")
  #   app.open("default") { |store| puts store.get("greeting") }
  #
  # Besides the methods below it has grant and seed, which are C's own; sig/spinkv.rbs says what they do.
  class App < Core::App
    only_here = Core::App.public_instance_methods(false) - %i[grant seed]
    private(*only_here)

    # - manifest: the path of a spin.toml. Only what it grants to component (its id) may be opened. Without
    #   component the manifest must have just one; "*" is the union of all.
    # - runtime_config: the path of a runtime-config.toml. nil with a manifest means the file that the
    #   environment variable RUNTIME_CONFIG_FILE names, if it is set.
    # - stores: further stores, a Hash of labels to the options of add_store.
    # - state_dir: the folder of the default store's file, relative to the directory that is current now; ""
    #   puts that store in memory. nil means what the runtime configuration says, else .spin beside the
    #   manifest, else .spin in the directory that is current when the store is opened.
    # - max_open_stores: how many stores of this app may be open at once, 1 to 65,535.
    #
    # Stores stay open and usable when the app they came from is gone.
    #
    # Raises InvalidConfig (a file is not TOML, or says what is not allowed), InvalidArgument (no such
    # component, or none named where there are several), NoSuchStore (the manifest grants a store that nothing
    # configures), Io.
    def initialize(manifest: nil, component: nil, runtime_config: nil, stores: {}, state_dir: nil,
                   max_open_stores: 256)
      super()
      set_max_open_stores(max_open_stores)
      load_files(manifest, component, runtime_config)
      add_stores(stores)
      set_state_dir(state_dir) unless state_dir.nil?
      check
    end

    # What is doubtful in the configuration of the default app, whose stores Spinkv.open opens, a line each.
    # Nothing is opened. Raises InvalidConfig and Io.
    def self.default_warnings
      Core.list_default_warnings
    end

    # :nodoc:
    def initialize_copy(_other)
      raise TypeError, "a #{self.class} cannot be copied; make it again"
    end

    # Adds a store, or gives "default" a place of its own. Nothing is opened or made yet. Options:
    #
    # - type: "spin", which is SQLite; "redis", "azure_cosmos" and "aws_dynamo" are checked, and cannot be
    #   opened by this version.
    # - path: the SQLite file (a String or Pathname), relative to the directory that is current now; "" and
    #   ":memory:" mean in memory. nil means the same, but for "default", which stays in place.
    # - durability: "full" (a write that returned survives the loss of power) or "normal" (it survives the end
    #   of the process).
    # - busy_timeout_ms: how long a call waits for another writer, 0 to 86,400,000; 5,000.
    # - max_key_bytes 256, max_value_bytes 1,048,576, max_entries 1,024: limits; 0 means none.
    # - cache_bytes: memory for reads, 8,388,608; 0 switches it off.
    # - read_only: never write to the file.
    # - url (redis); account, database, container, key (azure_cosmos); region, table, access_key, secret_key,
    #   token, consistent_read (aws_dynamo).
    #
    # Raises InvalidArgument (an unknown option, a value out of range, a label that is empty or there already),
    # InvalidConfig (an unknown type), TypeError.
    def add_store(label, **options)
      super(label, options)
    end

    # Says where each store of the app lives, granted or not: a Hash of labels to a line each, without secrets.
    def stores
      list_stores.transpose.to_h
    end

    # What is doubtful in the manifest and the runtime configuration, a line each.
    def warnings
      list_warnings
    end

    # Opens the store with exactly this label. Given a block, yields it and closes it afterwards.
    #
    # Raises AccessDenied (not granted, whether or not it exists), NoSuchStore, Unsupported, StoreTableFull,
    # Corrupt (not a database, or its table has another shape), Busy, ReadOnly, Io.
    def open(label, &block)
      Store.open(label, self, &block)
    end

    # Opens the store "default". As open.
    def open_default(&block)
      open("default", &block)
    end

    def inspect
      "#<#{self.class}>"
    end

    private

    def add_stores(stores)
      is_right = stores.is_a?(Hash) && stores.each_value.all?(Hash)
      raise TypeError, "stores must be a Hash of labels to Hashes of options" unless is_right

      stores.each { |label, options| add_store(label, **options) }
    end

    def load_files(manifest, component, runtime_config)
      if manifest
        load_manifest(manifest, component)
      elsif component
        raise InvalidArgument, "a component is one of a manifest's: give the manifest too"
      end
      load_runtime_config(runtime_config) if manifest || runtime_config
    end
  end
end
