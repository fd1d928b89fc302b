# frozen_string_literal: true

require_relative "support"

# Types and README, which must say what is there.
class TestTypesAndExamples < SpinkvTest
  HERE = File.expand_path("..", __dir__)

  def test_signatures_name_what_is_there
    require "rbs"
    loader = RBS::EnvironmentLoader.new
    loader.add(path: Pathname("#{HERE}/sig"))
    environment = RBS::Environment.from_loader(loader).resolve_type_names
    builder = RBS::DefinitionBuilder.new(env: environment)
    [Spinkv::Store, Spinkv::App].each do |kind|
      type = RBS::TypeName.new(name: kind.name[/\w+$/].to_sym, namespace: RBS::Namespace.parse("::Spinkv"))
      known = builder.build_instance(type).methods.select { |_, method| method.public? && method.defined_in == type }
      there = [kind, kind.superclass].flat_map { |klass| klass.public_instance_methods(false) }
      there.select! { |name| kind.public_method_defined?(name) }
      assert_equal there.uniq.sort, (known.keys - %i[initialize]).sort
    end
  rescue LoadError
    skip "the gem rbs is not installed"
  end

  def test_examples_of_the_readme
    File.write("spin.toml", "spin_manifest_version = 2\n[component.hello]\nkey_value_stores = ['default', 'shop']\n")
    File.write("runtime-config.toml", "[key_value_store.shop]\ntype = \"spin\"\npath = \"shop.db\"\n")
    readme = File.read(File.join(HERE, "README.md"), encoding: "UTF-8")
    examples = readme.scan(/^```ruby\n(.*?)^```/m).flatten
    assert_equal 2, examples.size
    assert_equal "user\n", run_ruby("eval(#{examples[0].dump})")
    assert_equal "", run_ruby("eval(#{examples[1].dump})")
  end
end
