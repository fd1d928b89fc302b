# frozen_string_literal: true

# Tests of what only Ruby can do wrong: blocks, objects that are collected, copied or never initialised, threads,
# forks, encodings and data of JSON. What holds in every language is in tests/conformance.
require_relative "check/documents"
require_relative "check/support"

class TestClosing < SpinkvTest
  def test_block_gives_its_value_and_closes
    met = nil
    assert_equal 7, (open_file { |store| (met = store) && 7 })
    assert_predicate met, :closed?
    app = Spinkv::App.new(state_dir: "")
    assert_equal "default", app.open_default(&:name)
    assert_equal "default", app.open("default", &:name)
    assert_equal "default", Spinkv.open_default(&:name)
  end

  def test_block_closes_when_it_is_left
    met = nil
    assert_raises(RuntimeError) { open_file { |store| (met = store) && raise("left") } }
    assert_predicate met, :closed?
    catch(:left) { open_file { |store| (met = store) && throw(:left) } }
    assert_predicate met, :closed?
    open_file { |store| store.close && flunk }
  end

  def test_closed_twice
    store = open_file
    refute_predicate store, :closed?
    2.times { assert_nil store.close }
    assert_predicate store, :closed?
    assert_equal '#<Spinkv::Store "test" (closed)>', store.inspect
  end

  USES = {
    get: ["k"], "[]": ["k"], fetch: ["k", 1], get_string: ["k"], find_string: ["k"], get_into: ["k", +"buffer"],
    set: %w[k v], "[]=": %w[k v], delete: ["k"],
    exists?: ["k"], get_keys: [], list_keys: [], count: [], size: [], empty?: [], to_a: [], to_h: [], values: [],
    get_many: [["k"]],
    values_at: ["k"], set_many: [{ "k" => "v" }], delete_many: [["k"]], increment: ["k"],
    compare_and_swap: ["k", nil, "v"], set_json: ["k", 1], get_json: ["k"], fetch_json: ["k", 1]
  }.freeze

  def test_used_after_close
    store = open_file
    store.close
    USES.each { |name, given| assert_raises(Spinkv::InvalidStore, name) { store.public_send(name, *given) } }
    other = open_file
    assert_raises(Spinkv::InvalidStore) { store.set("k", "v") }
    assert_empty other
    other.close
  end

  def test_never_initialised
    store = Spinkv::Store.allocate
    USES.each { |name, given| assert_raises(Spinkv::InvalidStore, name) { store.public_send(name, *given) } }
    assert_predicate store, :closed?
    assert_nil store.close
  end

  # What was never made is not the default app.
  def test_app_never_initialised
    forgetful = Class.new(Spinkv::App) { define_method(:initialize) { nil } }
    uses = { open: ["default"], grant: ["default"], add_store: ["a"], seed: [{ "k" => "v" }], stores: [], warnings: [] }
    [Spinkv::App.allocate, forgetful.new].each do |app|
      uses.each { |name, given| assert_raises(TypeError, name.to_s) { app.public_send(name, *given) } }
    end
    refute_path_exists ".spin"
  end

  def test_initialised_twice_or_copied
    store = open_file
    app = Spinkv::App.new(state_dir: "")
    assert_raises(TypeError) { store.send(:initialize, nil, "default") }
    assert_raises(TypeError) { app.send(:initialize) }
    [store, app].each do |object|
      assert_raises(TypeError) { object.dup }
      assert_raises(TypeError) { object.clone }
      assert_raises(TypeError) { Marshal.dump(object) }
    end
    assert_raises(TypeError) { Spinkv::Store.new(store, "default") }
    assert_equal 0, store.count
    store.close
  end
end

class TestCollecting < SpinkvTest
  def open_and_forget(app, count)
    count.times { app.open("default").set("key", "value") }
  end

  def test_stores_are_closed_when_they_are_collected
    app = Spinkv::App.new(state_dir: "", max_open_stores: 20)
    open_and_forget(app, 200)
    kept = []
    assert_raises(Spinkv::StoreTableFull) { 21.times { kept << app.open("default") } }
    assert(kept.all? { |store| store.get("key") == "value" })
  end

  def test_store_outlives_its_app
    store = Spinkv::App.new(stores: { "mine" => { path: "" } }).open("mine")
    GC.start
    store["key"] = "value"
    assert_equal "value", store["key"]
  end

  def test_collecting_during_every_call
    open_file do |store|
      GC.stress = true
      store.set("k1", "v" * 100)
      store.set_many({ "a1".dup => "1" * 30, b: "2" })
      assert_equal({ "a1" => "1" * 30, "x" => nil }, store.get_many(%w[a1 x]))
      assert_equal %w[a1 b k1], store.list_keys
      assert store.compare_and_swap("b", "2", "3" * 40)
      store.set_json("j", { "list" => [1, "two"] })
      assert_equal({ "list" => [1, "two"] }, store.get_json("j"))
      assert_raises(Spinkv::NoSuchKey) { store.get("missing") }
      Spinkv::App.new(stores: { "s1".dup => { path: "s1.db".dup, durability: :normal } }).open("s1", &:count)
    ensure
      GC.stress = false
    end
  end

  def test_compacting
    skip "this Ruby does not compact" unless GC.respond_to?(:compact)
    open_file do |store|
      GC.compact
      assert_raises(Spinkv::NoSuchKey) { store.get("missing") }
      assert_raises(Spinkv::InvalidArgument) { store.get("\xff") }
    end
  end

  # Short Strings, whose bytes move with them.
  def test_compacting_during_a_call_with_many
    skip "this Ruby does not compact" unless GC.respond_to?(:compact)
    open_file(max_entries: 0) do |store|
      is_over = false
      other = Thread.new { GC.compact until is_over }
      10.times do |round|
        pairs = Array.new(2000) { |number| ["k#{number}", "#{round} #{number}"] }
        store.set_many(pairs)
        assert_empty pairs - store.get_many(pairs.map { |key, _| key.dup }).to_a
      end
      assert_equal 2000, store.count
    ensure
      is_over = true
      other.join
    end
  end

  def test_compacting_while_options_are_read
    skip "this Ruby does not compact" unless GC.respond_to?(:compact)
    path = Object.new
    def path.to_path
      GC.compact
      Array.new(2000) { |number| "other #{number}" } && ""
    end
    50.times { Spinkv.open("test", type: "spin", durability: "normal", path: path, &:close) }
  end

  def test_program_ends_with_stores_open
    output = run_ruby(<<~PROGRAM)
      $app = Spinkv::App.new(state_dir: "state")
      $stores = Array.new(3) { $app.open_default }
      Thread.new { loop { $stores[0].increment("n") } }
      at_exit { puts $stores[1].exists?("n") }
      sleep 0.1
    PROGRAM
    assert_equal "true\n", output
  end
end

class TestThreads < SpinkvTest
  def test_share_a_store
    open_file do |store|
      threads = Array.new(8) do |number|
        Thread.new do
          100.times do |round|
            store.increment("sum")
            store["#{number} #{round % 10}"] = "v" * round * 300
            assert_operator store["#{number} #{round % 10}"].bytesize, :==, round * 300
          end
        end
      end
      threads.each(&:join)
      assert_equal 801, store.increment("sum")
    end
  end

  def test_close_while_others_read
    5.times do
      store = open_file
      threads = Array.new(4) do
        Thread.new do
          loop { store["key"] }
        rescue Spinkv::Error => e
          e.class
        end
      end
      store.set("key", "v" * 20_000)
      store.close
      assert_equal [Spinkv::InvalidStore] * 4, threads.map(&:value)
    end
  end

  def test_others_run_while_one_waits
    open_file(busy_timeout_ms: PATIENCE_S * 1000) do |store|
      waiting = nil
      calls = {
        set: %w[k v], set_many: [{ "k" => "v" }], increment: ["n"], delete: ["k"], delete_many: [["k"]],
        compare_and_swap: ["k", nil, "v"], set_json_text: %w[k 1]
      }
      calls.each do |name, given|
        while_locked { waiting = start_waiting { store.public_send(name, *given) } }
        assert waiting.join(PATIENCE_S), name
      end
    end
  end

  def test_what_waits_is_not_changed_by_others
    open_file(busy_timeout_ms: PATIENCE_S * 1000) do |store|
      [10, 100, 100_000].each do |size|
        key = +"key"
        value = "v" * size
        waiting = nil
        while_locked do
          waiting = start_waiting { store.set(key, value) }
          key.replace("x" * 200)
          value.replace("y" * size).concat("z" * 100_000)
        end
        waiting.join
        assert_equal "v" * size, store["key"]
        store.delete("key")
      end
    end
  end

  def test_killed_while_it_waits
    open_file(busy_timeout_ms: PATIENCE_S * 1000) do |store|
      waiting = nil
      while_locked do
        waiting = start_waiting { store.set("k", "v") && flunk }
        waiting.kill
      end
      assert waiting.join(PATIENCE_S)
      assert_equal "v", store["k"]
    end
  end

  def test_block_closes_when_its_thread_is_killed
    20.times do
      met = nil
      thread = Thread.new { open_file { |store| (met = store) && sleep } }
      Thread.pass until met
      2.times { thread.kill }
      assert thread.join(PATIENCE_S)
      assert_predicate met, :closed?
    end
  end

  def test_call_while_an_interrupt_is_put_off
    open_file do |store|
      is_ready = is_told = false
      thread = Thread.new do
        Thread.handle_interrupt(RuntimeError => :never) do
          is_ready = true
          Thread.pass until is_told
          store.increment("n")
        end
      end
      thread.report_on_exception = false
      Thread.pass until is_ready
      thread.raise("later")
      is_told = true
      assert_raises(RuntimeError) { thread.join(PATIENCE_S) }
      assert_equal 2, store.increment("n")
    end
  end

  def test_timeout_comes_after_the_call
    open_file(busy_timeout_ms: 400) do |store|
      while_locked do
        assert_raises(Timeout::Error) { Timeout.timeout(0.1) { store.set("k", "v") } }
      end
      assert_empty store
    end
  end

  def test_fibers_have_room
    open_file do |store|
      store["large"] = "v" * 1_000_000
      sizes = Fiber.new { [store["large"].bytesize, store.get("large").bytesize] }.resume
      assert_equal [1_000_000, 1_000_000], sizes
    end
  end
end

class TestForks < SpinkvTest
  # Runs a block in a forked process, which must succeed.
  def in_child
    child = fork do
      yield
      exit!(0)
    rescue Exception # rubocop:disable Lint/RescueException
      warn $!.full_message
      exit!(1)
    end
    Timeout.timeout(PATIENCE_S) { Process.wait(child) }
    assert_predicate $?, :success?
  end

  def test_both_sides_go_on
    open_file do |store|
      store["parent"] = "1"
      in_child do
        raise "not inherited" unless store["parent"] == "1"

        store["child"] = "2"
        store.close
      end
      assert_equal "2", store["child"]
      store["parent"] = "3"
      assert_equal %w[child parent], store.keys
    end
  end

  def test_while_threads_write
    open_file do |store|
      is_done = false
      threads = Array.new(3) { Thread.new { store.increment("n") until is_done } }
      5.times { in_child { store.increment("child") } }
      is_done = true
      threads.each(&:join)
      assert_equal 6, store.increment("child")
    end
  end
end

class TestStrings < SpinkvTest
  def test_encodings_out
    open_file do |store|
      store.set("k\u00e9y", "v\u00e9")
      values = [store.get("k\u00e9y"), store["k\u00e9y"], *store.values_at("k\u00e9y"),
                *store.get_many(["k\u00e9y"]).values]
      assert_equal ["v\u00e9".b] * 4, values
      assert_equal [Encoding::BINARY] * 4, values.map(&:encoding)
      keys = [store.keys, store.to_a, store.list_keys("k")].map(&:first)
      assert_equal ["k\u00e9y"] * 3, keys
      assert_equal [Encoding::UTF_8] * 3, keys.map(&:encoding)
    end
  end

  def test_text
    open_file do |store|
      store["k"] = "v\u00e9"
      texts = [store.get_string("k"), store.find_string(:k)]
      assert_equal ["v\u00e9"] * 2, texts
      assert_equal [Encoding::UTF_8] * 2, texts.map(&:encoding)
      assert_nil store.find_string("missing")
      assert_raises(Spinkv::NoSuchKey) { store.get_string("missing") }
      store["k"] = "secret\xff"
      %i[get_string find_string].each do |name|
        error = assert_raises(EncodingError) { store.public_send(name, "k") }
        assert_match(/"k"/, error.message)
        refute_match(/secret/, error.message)
      end
      assert_equal "secret\xff".b, store["k"]
    end
  end

  def test_encodings_in
    open_file do |store|
      store.set("\u00e9".encode("ISO-8859-1"), "\u00e9".encode("UTF-16LE"))
      assert_equal "\xe9\x00".b, store["\u00e9".encode("UTF-16BE")]
      assert_equal ["\u00e9"], store.keys
      assert store.exists?("\u00e9".b)
      assert_raises(Spinkv::InvalidArgument) { store.get("\xff") }
      assert_raises(Spinkv::InvalidArgument) { store.get("\xff".b) }
      assert_raises(Spinkv::InvalidArgument) { store.get("\x81".dup.force_encoding("Shift_JIS")) }
      store.set(:symbol, "s")
      assert_equal "s", store["symbol"]
    end
  end

  def test_encodings_of_paths
    Spinkv.open("test", path: "あ.db".encode("UTF-16LE"), durability: "normal".encode("UTF-16BE"), &:close)
    Spinkv.open("test", path: "\xff.db", &:close)
    assert_equal ["\xff.db".b, "あ.db".b], Dir.glob("*.db").map(&:b).sort.reverse
  end

  def test_what_stands_for_a_string
    text = Object.new
    def text.to_str
      "text"
    end
    open_file do |store|
      store.set(text, text)
      assert_equal({ text => "text" }, store.get_many([text]))
      list = Object.new
      list.define_singleton_method(:to_a) { ["text"] }
      assert_equal({ "text" => "text" }, store.get_many(list))
      assert_equal "text", Spinkv.open(text, path: "", &:name)
      Spinkv.open("path", path: Pathname("path.db"), &:close)
      assert_path_exists "path.db"
    end
  end

  def test_what_changes_while_it_is_read
    open_file do |store|
      keys = %w[a b]
      emptied = Object.new
      emptied.define_singleton_method(:to_str) { keys.clear && "c" }
      store.set("a", "1")
      assert_equal ["1", nil, nil], store.get_many(keys.push(emptied)).values
      key = +"key"
      replaced = Object.new
      replaced.define_singleton_method(:to_str) { key.replace("x" * 200) && "v" }
      assert store.compare_and_swap(key, nil, replaced)
      assert_equal "v", store["key"]
      pairs = [[emptied, "1"], [emptied, Object.new]]
      assert_raises(TypeError) { store.set_many(pairs) }
    end
  end

  def test_wrong_classes
    open_file do |store|
      assert_raises(TypeError) { store.get(nil) }
      assert_raises(TypeError) { store.set("k", 1) }
      assert_raises(TypeError) { store.set("k", :symbol) }
      assert_raises(TypeError) { store.get_many("k") }
      assert_raises(TypeError) { store.delete_many(nil) }
      [[%w[k]], [%w[k v w]], ["k"], 1].each { |pairs| assert_raises(TypeError) { store.set_many(pairs) } }
      assert_raises(TypeError) { store.increment("k", 1.5) }
      assert_raises(Spinkv::InvalidArgument) { store.increment("k", 2**63) }
      assert_raises(Spinkv::InvalidArgument) { store.increment("k", -(2**63) - 1) }
      assert_raises(Spinkv::InvalidArgument) { store.list_keys(limit: -1) }
      assert_raises(TypeError) { store.list_keys(limit: "1") }
      assert_raises(TypeError) { store.get_into("k", 5) }
      assert_raises(FrozenError) { store.get_into("k", "frozen") }
      assert_raises(ArgumentError) { store.get }
      assert_empty store
    end
  end

  def test_bounds_of_counters
    open_file do |store|
      [(2**63) - 1, -(2**63), 2**62, -(2**62), 0].each do |number|
        store.delete("n")
        assert_equal number, store.increment("n", number)
      end
      assert_empty store.list_keys(limit: 0)
      assert_equal ["n"], store.list_keys(limit: 2**62)
    end
  end

  def test_options
    app = Spinkv::App.new(state_dir: "")
    error = assert_raises(Spinkv::InvalidArgument) { app.add_store("a", max_entrys: 1) }
    assert_match(/max_entries/, error.message)
    assert_raises(Spinkv::InvalidArgument) { app.add_store("a", max_entries: 2**70) }
    assert_raises(Spinkv::InvalidArgument) { app.add_store("a", busy_timeout_ms: -(2**70)) }
    assert_raises(Spinkv::InvalidArgument) { app.add_store("a", path: "a\0b") }
    assert_raises(Spinkv::InvalidArgument) { app.add_store("a\0b") }
    error = assert_raises(TypeError) { app.add_store("a", type: "redis", url: ["secret"]) }
    refute_match(/secret/, error.message)
    app.add_store("a", "read_only" => false, path: nil)
    assert_equal({ "a" => "SQLite in memory", "default" => "SQLite in memory" }, app.stores)
    assert_raises(Spinkv::InvalidArgument) { Spinkv::App.new(component: "c") }
    assert_raises(Spinkv::InvalidArgument) { Spinkv::App.new(max_open_stores: 0) }
    assert_raises(NoMethodError) { app.set_state_dir("state") }
    [nil, 5, "a", { "a" => nil }, { "a" => 5 }].each do |stores|
      assert_match(/\Astores/, assert_raises(TypeError) { Spinkv::App.new(stores: stores) }.message)
    end
    error = assert_raises(Spinkv::InvalidArgument) { Spinkv::App.new(manifest: "spin.toml", component: "a\0") }
    assert_equal "the component holds a NUL", error.message
    assert_equal "label must be a String, not Integer", assert_raises(TypeError) { app.add_store(1) }.message
  end

  def test_warnings_of_the_default_app
    File.write("doubtful.toml", "[key_value_stores.cache]\ntype = 'spin'\n")
    File.write("wrong.toml", "[")
    program = "puts Spinkv::App.default_warnings rescue puts $!.code"
    said = { "doubtful.toml" => /key_value_stores/, "wrong.toml" => /\Ainvalid-config\n\z/, "" => /\A\z/ }
    said.each { |file, found| assert_match found, run_ruby(program, "RUNTIME_CONFIG_FILE" => file) }
  end

  def test_errors
    Spinkv::Error::BY_CODE.each do |code, kind|
      error = kind.new("message")
      assert_equal [code, true], [error.code, error.is_a?(Spinkv::Error)]
      assert_equal error.is_a?(Spinkv::Io) ? "io" : code, error.spin_name
    end
    error = assert_raises(Spinkv::NoSuchKey) { open_file { |store| store.get("\u00e9") } }
    assert_includes error.message, "\u00e9"
    assert_equal Encoding::UTF_8, error.message.encoding
  end

  def test_missing_key_is_a_key_error
    open_file do |store|
      %i[get fetch get_json get_string].each do |name|
        assert_raises(KeyError) { store.public_send(name, "missing") }
        met = begin
          store.public_send(name, "missing")
        rescue Spinkv::Error => e
          e
        end
        assert_instance_of Spinkv::NoSuchKey, met
        assert_equal ["no-such-key", "no-such-key", 0], [met.code, met.spin_name, met.engine_code]
      end
    end
  end

  def test_code_of_the_engine
    File.write("test.db", "no database " * 100)
    error = assert_raises(Spinkv::Corrupt) { open_file }
    assert_equal 26, error.engine_code & 0xff
    assert_equal 0, Spinkv::Busy.new("made by hand").engine_code
  end

  def test_numbers_out_of_range_are_named
    open_file do |store|
      error = assert_raises(Spinkv::InvalidArgument) { store.list_keys(limit: -7) }
      assert_includes error.message, "-7"
      error = assert_raises(Spinkv::InvalidArgument) { Spinkv::App.new(max_open_stores: 70_000) }
      assert_includes error.message, "70000"
      error = assert_raises(Spinkv::InvalidArgument) { store.increment("k", 2**63) }
      assert_includes error.message, "beyond 64 bits"
    end
  end
end

class TestEnumerating < SpinkvTest
  def test_hash_like_reading
    open_file do |store|
      store["a"] = ""
      assert_equal ["", ""], [store["a"], store.fetch("a", "other")]
      assert_nil store["b"]
      assert_equal %w[other B], [store.fetch("b", "other"), store.fetch("b", &:upcase)]
      assert_nil store.fetch("b", nil)
      assert_raises(Spinkv::NoSuchKey) { store.fetch("b") }
      assert_equal [true, false], [store.key?("a"), store.include?("b")]
      assert_equal({ a: "", b: nil }, store.get_many(%i[a b]))
    end
  end

  def test_pages
    open_file do |store|
      keys = Array.new(600) { |number| format("k%04d", number) }
      store.set_many(keys.to_h { |key| [key, key] })
      assert_equal keys, store.each.to_a
      assert_equal keys, (store.map { |key| store[key] })
      assert_equal keys.first(3), store.lazy.reject { |key| key == "x" }.first(3)
      assert_equal keys.grep(/^k02/), store.each_key("k02").to_a
      assert_equal [600, 600], [store.count, store.size]
      assert_equal [6, 1], [store.count { |key| key.end_with?("55") }, store.count("k0001")]
      assert_same store, (store.each { |key| key << "changed" })
      assert_equal "k0599", store.max
    end
  end

  def test_pairs
    open_file do |store|
      pairs = Array.new(600) { |number| [format("k%04d", number), number.to_s] }
      store.set_many(pairs)
      assert_equal pairs.to_h, store.to_h
      assert_equal pairs.map(&:last), store.values
      assert_equal "k0010", (store.to_h { |key, value| [value.to_i, key] })[10]
      assert_equal pairs.last(100), store.each_pair("k05").to_a
      met = []
      assert_same store, (store.each_pair { |*pair| (met << pair) && store.delete(pair.first) })
      assert_equal pairs, met
      assert_equal [{}, []], [store.to_h, store.values]
    end
  end

  def test_prefix_by_name
    open_file do |store|
      store.set_many({ "a" => "", "ma" => "", "mb" => "" })
      assert_equal %w[ma mb], store.list_keys(prefix: "m")
      assert_equal %w[mb], store.list_keys(prefix: :m, after: "ma", limit: 5)
      assert_equal %w[ma mb], store.list_keys("m")
    end
  end

  def test_writes_while_it_goes_on
    open_file do |store|
      store.set_many(Array.new(300) { |number| [format("k%04d", number), "v"] })
      met = store.each { |key| store.delete(key) }
      assert_empty met
      assert_equal 0, store.count
    end
  end

  def test_get_into
    open_file do |store|
      store["k"] = "value"
      buffer = "........".b
      assert_equal [5, "value..."], [store.get_into("k", buffer), buffer]
      shared = "......................................"
      copy = shared.dup
      store.get_into("k", copy)
      assert_equal [".", "v"], [shared[0], copy[0]]
      small = "ab".b
      assert_equal [5, "ab"], [store.get_into("k", small), small]
      assert_raises(Spinkv::NoSuchKey) { store.get_into("missing", buffer) }
      Thread.new { Thread.pass }.then { |thread| store.get_into("k", buffer) && thread.join }
      assert_equal "value...", buffer
    end
  end
end

class TestJson < SpinkvTest
  def test_values_are_kept
    open_file do |store|
      [nil, true, (2**53) + 1, 10**40, 0.1, 1e300, -0.0, "\u{1f511}", [], { "b" => 1, "a" => [nil] }].each do |data|
        store.set_json("k", data)
        assert_equal [data].inspect, [store.get_json("k")].inspect
      end
      store.set_json(:user, { name: "Ada" })
      assert_equal({ name: "Ada" }, store.get_json("user", symbolize_names: true))
      assert_equal [1, "x"], [store.fetch_json("x", 1), store.fetch_json("x", &:itself)]
      assert_nil store.fetch_json("x", nil)
      assert_raises(Spinkv::NoSuchKey) { store.fetch_json("x") }
    end
  end

  def test_what_is_no_json
    circle = []
    circle << circle
    secret = "secret \xff"
    open_file do |store|
      [Float::NAN, Float::INFINITY, circle, secret, secret.b, [[[secret]]]].each do |data|
        error = assert_raises(Spinkv::InvalidJson) { store.set_json("k\n", data) }
        refute_match(/secret|\n/, error.message)
        thread = Thread.new { store.set_json("k", data) }
        thread.report_on_exception = false
        assert_raises(Spinkv::InvalidJson) { thread.join }
      end
      assert_empty store
      store["k"] = "[1,]"
      assert_raises(Spinkv::InvalidJson) { store.get_json("k") }
    end
  end

  def test_as_deep_as_the_library_goes
    open_file do |store|
      deepest = [900, 2000].select do |depth|
        store.set_json_text("k", "#{"[" * depth}#{"]" * depth}")
        Thread.new { assert_equal 1, store.get_json("k").flatten(0).size }.join
      rescue Spinkv::InvalidJson
        nil
      end
      assert_includes deepest, 900
    end
  end
end
