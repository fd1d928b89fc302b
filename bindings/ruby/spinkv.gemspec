# frozen_string_literal: true

# In a clone the core lies beside bindings/; in the folder that `rake gem` fills it lies in ext/spinkv.
header = %w[ext/spinkv/core ../../core].map { |core| File.expand_path("#{core}/include/spinkv.h", __dir__) }
                                       .find { |path| File.exist?(path) }

Gem::Specification.new do |spec|
  spec.name = "spinkv"
  spec.version = File.read(header)[/^#define SPINKV_VERSION "([0-9.]+)"/, 1]
  spec.summary = "Spin's key-value store as a library"
  spec.description = "A small durable key-value store in one SQLite file, which is that of a Spin app."
  spec.authors = ["The spinkv authors"]
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 3.1"
  spec.extensions = ["ext/spinkv/extconf.rb"]
  spec.files = Dir.chdir(__dir__) do
    Dir["{lib,sig}/**/*.{rb,rbs}", "ext/**/*.{rb,c,h,cpp}", "README.md", "LICENSE"]
  end
  spec.metadata = { "rubygems_mfa_required" => "true" }
end
