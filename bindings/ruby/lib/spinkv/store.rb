# frozen_string_literal: true

module Spinkv
  # An open store. Made by Spinkv.open, Spinkv.open_default and App#open.
  #
  # A key is a String, which is stored as UTF-8, or a Symbol; a value is a String, whose bytes are stored.
  # Keys come out as UTF-8, values as binary (ASCII-8BIT). A store is enumerable: it yields its keys.
  #
  # Threads may share a store. Every method raises InvalidStore once it is closed, and Busy, Corrupt and Io
  # where the file is in use, damaged or out of reach.
  #
  # Besides the methods below it has get, [], get_into, set, []=, exists?, delete, get_keys, set_many,
  # delete_many, compare_and_swap, set_json_text, get_json_text, close and closed?, which are C's own;
  # sig/spinkv.rbs says what each does.
  class Store < Core::Store
    # Below the operations in C, which come before what Enumerable calls the same.
    superclass.include(Enumerable)

    # How many keys iteration fetches at a time.
    ITERATION_PAGE = 256
    # How deep JSON may be nested here; the library itself stops before.
    JSON_DEPTH = 5_000
    NOTHING = Object.new.freeze
    private_constant :ITERATION_PAGE, :JSON_DEPTH, :NOTHING

    # The label that the store was opened with.
    attr_reader :name

    # Opens a store of an app, nil being the default app; Spinkv.open and App#open call it. Where too many
    # stores are open, those that nobody refers to any more are closed first.
    def self.open(label, app = nil)
      store = begin
        new(app, label)
      rescue StoreTableFull
        GC.start
        new(app, label)
      end
      return store unless block_given?

      begin
        yield store
      ensure
        store.close
      end
    end

    def initialize(app, label)
      super
      @name = (String.try_convert(label) || label.to_s).dup.freeze
    end

    # :nodoc:
    def initialize_copy(_other)
      raise TypeError, "a #{self.class} cannot be copied; open it again"
    end

    alias key? exists?
    alias has_key? exists?
    alias include? exists?
    alias member? exists?

    # Reads the value of a key. Where the store holds no such key, gives the default, or what the block gives
    # for the key; without either, raises NoSuchKey. As Hash#fetch.
    def fetch(key, default = NOTHING)
      value = self[key]
      return value unless value.nil?
      return yield(key) if block_given?
      return get(key) if NOTHING.equal?(default)

      default
    end

    # Reads the value of a key as text: a String in UTF-8. Raises NoSuchKey, and EncodingError where the value is
    # not UTF-8.
    def get_string(key)
      decode(key, get(key))
    end

    # The same, but nil for a key that is not there.
    def find_string(key)
      value = self[key]
      value.nil? ? nil : decode(key, value)
    end

    alias keys get_keys

    # Lists one page of keys, in byte order: those that begin with prefix, which may be named or not, and come
    # strictly after the key after (nil: from the beginning), at most limit of them (nil: all). Nothing is held
    # open in between.
    def list_keys(start = "", prefix: start, after: nil, limit: nil)
      super(prefix, after, limit)
    end

    # Yields each key that begins with prefix, in byte order, a page at a time; other writers may write
    # meanwhile. Without a block, gives an Enumerator.
    def each_key(prefix = "", &block)
      return enum_for(:each_key, prefix) if block.nil?

      after = nil
      until (page = list_keys(prefix, after: after, limit: ITERATION_PAGE)).empty?
        after = page.last.dup
        page.each(&block)
      end
      self
    end
    alias each each_key

    # Yields each key that begins with prefix, with its value, in byte order, a page at a time. A page is one
    # snapshot. Without a block, gives an Enumerator.
    def each_pair(prefix = "")
      return enum_for(:each_pair, prefix) unless block_given?

      each_key(prefix).each_slice(ITERATION_PAGE) do |page|
        get_many(page).each { |key, value| yield key, value unless value.nil? }
      end
      self
    end

    # Reads all tuples into a Hash, or what the block makes of each key and value. As Hash#to_h.
    def to_h(&block)
      each_pair.to_h(&block)
    end

    # Reads all values, in the order of their keys.
    def values
      to_h.values
    end

    # Counts the tuples. With an argument or a block it is Enumerable's and counts keys.
    def count(*arguments, &block)
      return super() if arguments.empty? && block.nil?

      Enumerable.instance_method(:count).bind_call(self, *arguments, &block)
    end

    # Counts the tuples.
    def size
      count
    end
    alias length size

    # Whether the store holds no tuple.
    def empty?
      list_keys(limit: 1).empty?
    end

    # Reads many values in one snapshot: a Hash with an entry for every key, in the order asked; nil for a
    # key that is not there.
    def get_many(keys)
      # A copy, as code that runs while the keys are read may change the list.
      keys = keys.to_a.dup if !keys.nil? && keys.respond_to?(:to_a)
      values = super
      keys.zip(values).to_h
    end

    # Reads many values in one snapshot: an Array, with nil for a key that is not there. As Hash#values_at.
    def values_at(*keys)
      Core::Store.instance_method(:get_many).bind_call(self, keys)
    end

    # Adds delta to the counter at a key (8 bytes, signed, little-endian; a missing key counts as 0) and gives
    # the new number. No other write comes in between. Raises NotACounter, and what set raises.
    def increment(key, delta = 1)
      super
    end

    # Writes what JSON.generate makes of data. Raises InvalidJson for NaN, Infinity, text that is not UTF-8 and
    # what is nested too deep, and what set raises.
    def set_json(key, data)
      set_json_text(key, JSON.generate(data, max_nesting: JSON_DEPTH))
    rescue JSON::JSONError, EncodingError, SystemStackError
      raise InvalidJson, "the value for #{shorten(key)} is not JSON: it holds NaN, Infinity or text that is " \
                         "not UTF-8, or is nested too deep"
    end

    # Reads a value that is JSON text, as JSON.parse gives it; options, such as symbolize_names, are those of
    # JSON.parse. Raises NoSuchKey, and InvalidJson where the value is not JSON.
    def get_json(key, **options)
      JSON.parse(get_json_text(key), max_nesting: JSON_DEPTH, **options)
    rescue JSON::ParserError
      raise InvalidJson, "the value of #{shorten(key)} is JSON that Ruby does not read"
    end

    # The same with a default, or a block, for a key that is not there. As fetch.
    def fetch_json(key, default = NOTHING, **options)
      get_json(key, **options)
    rescue NoSuchKey
      return yield(key) if block_given?
      raise if NOTHING.equal?(default)

      default
    end

    def inspect
      "#<#{self.class} #{@name.inspect}#{" (closed)" if closed?}>"
    end

    private

    def decode(key, value)
      return value if value.force_encoding(Encoding::UTF_8).valid_encoding?

      raise EncodingError, "the value of #{shorten(key)} is not UTF-8"
    end

    def shorten(key)
      "key #{key.to_s.byteslice(0, 40).scrub.inspect}"
    end
  end
end
