# frozen_string_literal: true

module Spinkv
  # What every error of the library includes: a module, so that NoSuchKey can be a KeyError. Its message is one
  # line that names what was met and what is allowed, and never holds a value.
  module Error
    # The status's name, such as "no-such-key".
    def code
      self.class::CODE
    end

    # Which of Spin's six errors this is: its own code, or "io" for what refines that.
    def spin_name
      code
    end

    # SQLite's extended result code, or 0.
    def engine_code
      @engine_code || 0
    end
  end

  # Too many stores are open.
  class StoreTableFull < StandardError
    include Error

    CODE = "store-table-full"
  end

  # Nothing configures the label.
  class NoSuchStore < StandardError
    include Error

    CODE = "no-such-store"
  end

  # The store is not granted to the app's component.
  class AccessDenied < StandardError
    include Error

    CODE = "access-denied"
  end

  # The store has been closed.
  class InvalidStore < StandardError
    include Error

    CODE = "invalid-store"
  end

  # The store holds no such key. Also a KeyError, as what Hash#fetch raises.
  class NoSuchKey < KeyError
    include Error

    CODE = "no-such-key"
  end

  # Input or output failed: the disk is full, the file cannot be opened, and what is below.
  class Io < StandardError
    include Error

    CODE = "io"

    def spin_name
      "io"
    end
  end

  # An argument is not allowed: a key that is not UTF-8, an option out of its range.
  class InvalidArgument < Io
    CODE = "invalid-argument"
  end

  # The key is larger than max_key_bytes.
  class KeyTooLarge < Io
    CODE = "key-too-large"
  end

  # The value is larger than max_value_bytes.
  class ValueTooLarge < Io
    CODE = "value-too-large"
  end

  # The store holds max_entries tuples and the key is new.
  class StoreFull < Io
    CODE = "store-full"
  end

  # The value is not JSON, or cannot be written as JSON.
  class InvalidJson < Io
    CODE = "invalid-json"
  end

  # The value is not a counter of 8 bytes, or would leave the range of 64 bits.
  class NotACounter < Io
    CODE = "not-a-counter"
  end

  # A manifest or runtime configuration is not TOML, or says what is not allowed.
  class InvalidConfig < Io
    CODE = "invalid-config"
  end

  # Another writer held the file for longer than busy_timeout_ms.
  class Busy < Io
    CODE = "busy"
  end

  # The store was opened with read_only, or its file cannot be written.
  class ReadOnly < Io
    CODE = "read-only"
  end

  # The file is not a database, is damaged, or its table is not that of a store.
  class Corrupt < Io
    CODE = "corrupt"
  end

  # An allocation failed.
  class NoMemory < Io
    CODE = "no-memory"
  end

  # What is asked cannot be done by this build, or by this kind of store.
  class Unsupported < Io
    CODE = "unsupported"
  end

  module Error
    # The class of each status, by its code.
    BY_CODE = [
      StoreTableFull, NoSuchStore, AccessDenied, InvalidStore, NoSuchKey, Io, InvalidArgument, KeyTooLarge,
      ValueTooLarge, StoreFull, InvalidJson, NotACounter, InvalidConfig, Busy, ReadOnly, Corrupt, NoMemory,
      Unsupported
    ].to_h { |error| [error::CODE, error] }.freeze
  end
end
