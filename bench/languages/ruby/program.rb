# frozen_string_literal: true

# The program that answers the requests of languages/README.md in Ruby.
class Server
  KEY_COUNT = 1000
  KEYS = Array.new(KEY_COUNT) { |index| format("user:%011d", 2 * (617 * index % KEY_COUNT)).freeze }.freeze
  REST = (8...100).map { |place| 37 * place % 256 }.pack("C*").freeze

  def initialize(peer_class)
    @peer_class = peer_class
    @position = 0
    @number = 0
  end

  def answer(request)
    kind, *words = request.split(" ", 4)
    case kind
    when "open" then @peer = @peer_class.new(words[2], words[0], words[1] == "uncached")
    when "fill" then fill
    when "batch" then return batch(words[0], words[1].to_i)
    when "calls" then return calls(words[0], words[1].to_i)
    when "values" then return KEYS.map { |key| @peer.read(key).unpack1("H*") }.join(" ")
    when "close" then @peer.close
    else raise ArgumentError, "the request #{request} is unknown"
    end
    "ok"
  end

  private

  def fill
    @position = @number = 0
    @peer.set_many(next_pairs(KEY_COUNT))
  end

  def next_keys(count)
    keys = Array.new(count) { |index| KEYS[(@position + index) % KEY_COUNT] }
    @position = (@position + count) % KEY_COUNT
    keys
  end

  def next_pairs(count)
    next_keys(count).map do |key|
      value = [@number].pack("Q<") + REST
      @number += 1
      [key, value]
    end
  end

  # What a batch is about, made ready.
  def prepare(operation, count)
    return next_pairs(count) unless operation == "get"

    keys = next_keys(count)
    @peer.get(keys)
    keys
  end

  def ns
    Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  end

  def batch(operation, count)
    items = prepare(operation, count)
    start = ns
    @peer.public_send(operation, items)
    ns - start
  end

  def calls(operation, count)
    prepare(operation, count).map do |item|
      items = [item]
      start = ns
      @peer.public_send(operation, items)
      ns - start
    end.join(" ")
  end
end

PEERS = { "spinkv" => %w[spinkv_peer SpinkvPeer], "sqlite3 gem" => %w[sqlite3_peer Sqlite3Peer] }.freeze

def main(name)
  $stdout.sync = true
  file, class_name = PEERS.fetch(name)
  begin
    require_relative file
  rescue LoadError => e
    puts "missing\t#{e.message}"
    return
  end
  peer_class = Object.const_get(class_name)
  facts = ["Ruby #{RUBY_VERSION}", peer_class::VERSION, peer_class::FULL, peer_class::NORMAL]
  puts ["ready", *facts].join("\t")
  server = Server.new(peer_class)
  $stdin.each_line(chomp: true) { |line| puts server.answer(line) }
rescue StandardError => e
  puts "failed: #{e.message}"
  exit 1
end

main(ARGV[0])
