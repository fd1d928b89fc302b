# frozen_string_literal: true

# The driver of Ruby: answers the requests of the conformance cases, a line each, by the protocol in
# tests/conformance/README.md. It only translates; what is right is decided by whoever asks.
require "spinkv"

WITHOUT = { "raw-handles" => "in Ruby a store is an object and not a number" }.freeze
UNTOUCHED = "\xa5".b.freeze
JSON_DEPTH = 5_000

# ---- Words -----------------------------------------------------------------------------------------

def to_word(value)
  case value
  when nil then "-"
  when String then "x#{value.unpack1("H*")}"
  else value.to_s
  end
end

def to_words(values)
  values.map { |value| to_word(value) }
end

def to_json_word(data)
  to_word(JSON.generate(data, max_nesting: JSON_DEPTH))
end

# A request on its way: hands out its words one after the other.
class Request
  def initialize(line)
    @words = line.split.each
  end

  def more?
    @words.peek && true
  rescue StopIteration
    false
  end

  def word
    @words.next
  end

  def optional
    met = word
    yield met unless met == "-"
  end

  # Bytes as a user would pass them: text where they are UTF-8.
  def bytes(from = word)
    raise ArgumentError, "not bytes: #{from}" unless from.start_with?("x")

    data = [from[1..]].pack("H*")
    text = data.dup.force_encoding(Encoding::UTF_8)
    text.valid_encoding? ? text : data
  end

  def optional_bytes
    optional { |met| bytes(met) }
  end

  def number
    Integer(word, 10)
  end

  def all_bytes
    all = []
    all << bytes while more?
    all
  end

  def all_pairs
    all_bytes.each_slice(2).to_a
  end

  def store_with_options
    label = bytes
    options = Array.new(number) { [bytes.to_sym, option(word)] }
    [label, options.to_h]
  end

  private

  def option(met)
    return bytes(met) if met.start_with?("x")

    %w[true false].include?(met) ? met == "true" : Integer(met, 10)
  end
end

# ---- Requests: each gives the words of its answer ------------------------------------------------------

# What is opened and made, by the names that the runner gives.
class Driver
  def initialize
    @apps = {}
    @stores = {}
  end

  def reset(request)
    @stores.each_value(&:close)
    @stores.clear
    @apps.clear
    Dir.chdir(request.bytes)
    []
  end

  def new_app(request)
    name = request.word
    options = {
      manifest: request.optional_bytes, component: request.optional_bytes,
      runtime_config: request.optional_bytes, state_dir: request.optional_bytes,
      max_open_stores: request.optional { |met| Integer(met, 10) }
    }.compact
    stores = {}
    while request.more?
      label, of_store = request.store_with_options
      stores[label] = of_store
    end
    @apps[name] = Spinkv::App.new(stores: stores, **options)
    to_words(@apps[name].warnings)
  end

  def add_store(request)
    app = @apps.fetch(request.word)
    label, options = request.store_with_options
    app.add_store(label, **options)
    []
  end

  def free_app(request)
    @apps.delete(request.word)
    []
  end

  def grant(request)
    @apps.fetch(request.word).grant(request.bytes)
    []
  end

  def seed(request)
    @apps.fetch(request.word).seed(request.all_pairs)
    []
  end

  def list_stores(request)
    to_words(@apps.fetch(request.word).stores.to_a.flatten)
  end

  def set_environment(request)
    ENV[request.bytes] = request.optional_bytes
    []
  end

  def open(request)
    name = request.word
    app = request.optional { |met| @apps.fetch(met) } || Spinkv
    @stores[name] = app.open(request.bytes)
    []
  end

  def open_default(request)
    name = request.word
    app = request.optional { |met| @apps.fetch(met) } || Spinkv
    @stores[name] = app.open_default
    []
  end

  ON_APPS = public_instance_methods(false).to_h { |name| [name.to_s, name] }.freeze

  ON_STORES = {
    "close" => ->(store, _) { store.close },
    "get" => ->(store, request) { [to_word(store.get(request.bytes))] },
    "find" => ->(store, request) { [to_word(store[request.bytes])] },
    "get_into" => lambda do |store, request|
      key = request.bytes
      buffer = UNTOUCHED * request.number
      size = store.get_into(key, buffer)
      [to_word(size), to_word(buffer)]
    end,
    "set" => ->(store, request) { store.set(request.bytes, request.bytes) },
    "delete" => ->(store, request) { store.delete(request.bytes) },
    "exists" => ->(store, request) { [to_word(store.exists?(request.bytes))] },
    "get_keys" => ->(store, _) { to_words(store.get_keys) },
    "iterate" => ->(store, _) { to_words(store.each) },
    "list_keys" => lambda do |store, request|
      prefix = request.optional_bytes || ""
      after = request.optional_bytes
      to_words(store.list_keys(prefix, after: after, limit: request.optional { |met| Integer(met, 10) }))
    end,
    "count" => ->(store, _) { [to_word(store.count)] },
    "get_many" => lambda do |store, request|
      keys = request.all_bytes
      found = store.get_many(keys)
      raise "get_many lost the order asked" if found.keys != keys.uniq

      to_words(found.values_at(*keys))
    end,
    "set_many" => ->(store, request) { store.set_many(request.all_pairs) },
    "delete_many" => ->(store, request) { store.delete_many(request.all_bytes) },
    "increment" => lambda do |store, request|
      key = request.bytes
      delta = request.optional { |met| Integer(met, 10) }
      [to_word(delta ? store.increment(key, delta) : store.increment(key))]
    end,
    "compare_and_swap" => lambda do |store, request|
      [to_word(store.compare_and_swap(request.bytes, request.optional_bytes, request.bytes))]
    end,
    "set_json" => lambda do |store, request|
      store.set_json(request.bytes, JSON.parse(request.bytes, max_nesting: JSON_DEPTH))
    end,
    "get_json" => ->(store, request) { [to_json_word(store.get_json(request.bytes))] },
    "find_json" => lambda do |store, request|
      nothing = Object.new
      found = store.fetch_json(request.bytes, nothing)
      [found.equal?(nothing) ? "-" : to_json_word(found)]
    end,
    "set_json_text" => ->(store, request) { store.set_json_text(request.bytes, request.bytes) },
    "get_json_text" => ->(store, request) { [to_word(store.get_json_text(request.bytes))] },
    "repeat" => lambda do |store, request|
      request.number.times do
        store.set("key", "v" * 1000)
        store.get("key")
        begin
          store.get("missing")
        rescue Spinkv::NoSuchKey
          next
        end
      end
      GC.start
    end
  }.freeze

  def answer(line)
    request = Request.new(line)
    operation = request.word
    words = if ON_APPS.key?(operation)
              public_send(ON_APPS[operation], request)
            else
              ON_STORES.fetch(operation).call(@stores.fetch(request.word), request)
            end
    ["ok", *(words if words.is_a?(Array))].join(" ")
  rescue Spinkv::Error => e
    "error #{e.code} #{e.spin_name} #{e.class.name.split("::").last} #{to_word(e.message)}"
  rescue StandardError => e
    "broken #{to_word("#{e.class}: #{e.message}")}"
  end
end

$stdout.sync = true
WITHOUT.each { |flag, reason| puts "without #{flag} #{to_word(reason)}" }
puts "ready 1"
driver = Driver.new
$stdin.each_line { |line| puts driver.answer(line) }
