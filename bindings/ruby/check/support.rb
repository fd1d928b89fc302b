# frozen_string_literal: true

# What the tests share.
require "minitest/autorun"
require "pathname"
require "rbconfig"
require "timeout"
require "tmpdir"
require "spinkv"

# A test in an empty folder of its own, which is the current directory.
class SpinkvTest < Minitest::Test
  PATIENCE_S = 20

  def setup
    @before = Dir.pwd
    @folder = Dir.mktmpdir("spinkv-")
    Dir.chdir(@folder)
  end

  def teardown
    Dir.chdir(@before)
    FileUtils.remove_entry(@folder)
  end

  # A store in a file that is not synced to the disk.
  def open_file(**options, &block)
    Spinkv.open("test", path: "test.db", durability: "normal", **options, &block)
  end

  # Yields while another process holds the file's lock for writing.
  def while_locked
    program = IO.popen(%w[sqlite3 test.db], "r+")
    program.puts("BEGIN IMMEDIATE;", ".print locked")
    assert_equal "locked\n", program.gets
    yield
  ensure
    program.close
  end

  # Starts a thread that makes a call that waits, and gives it once it does.
  def start_waiting(&block)
    thread = Thread.new(&block)
    thread.report_on_exception = false
    sleep 0.1
    assert_predicate thread, :alive?, "the call does not wait"
    thread
  end

  # Runs a program in a Ruby of its own; gives what it prints.
  def run_ruby(program, environment = {})
    folders = $LOAD_PATH.map { |folder| "-I#{folder}" }
    command = [environment, RbConfig.ruby, "-w", *folders, "-e", "require 'spinkv'; #{program}"]
    output = IO.popen(command, err: %i[child out], &:read)
    assert_predicate $?, :success?, output
    output
  end
end
