# frozen_string_literal: true

# Opens the default store of the current directory, writes a value and reads it back.
require "spinkv"

begin
  Spinkv.open_default do |store|
    store.set("mykey", "myvalue")
    puts store.get("mykey")
  end
rescue Spinkv::Error => e
  abort "#{e.code}: #{e.message}"
end
