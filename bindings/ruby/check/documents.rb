# frozen_string_literal: true

require_relative "support"

# Types and README, which must say what is there.
class TestTypesAndExamples < SpinkvTest
  HERE = File.expand_path("..", __dir__)

  def test_signatures_are_valid
    command = [RbConfig.ruby, "-W0", Gem.bin_path("rbs", "rbs"), "-I", "#{HERE}/sig", "validate", "--silent"]
    said = IO.popen(command, err: %i[child out], &:read)
    assert_predicate $?, :success?, said
  rescue Gem::MissingSpecError
    skip "the gem rbs is not installed"
  end

  def test_signatures_name_what_is_there
    require "rbs"
    loader = RBS::EnvironmentLoader.new
    loader.add(path: Pathname("#{HERE}/sig"))
    builder = RBS::DefinitionBuilder.new(env: RBS::Environment.from_loader(loader).resolve_type_names)
    [Spinkv, *Spinkv.constants.map { |name| Spinkv.const_get(name) }.grep(Module)].each do |kind|
      namespace = RBS::Namespace.parse("::#{kind.name[/.*::/]}")
      type = RBS::TypeName.new(name: kind.name[/\w+$/].to_sym, namespace: namespace)
      assert_equal methods_of(kind), signed(builder.build_instance(type), type) - %i[initialize], kind
      assert_equal kind.singleton_methods(false).sort, signed(builder.build_singleton(type), type) - %i[new], kind
    end
  rescue LoadError
    skip "the gem rbs is not installed"
  end

  # Each example is a program of its own; a comment behind a call that begins with a value is what it gives.
  def test_examples_of_the_readme
    File.write("spin.toml", "spin_manifest_version = 2\n[component.hello]\nkey_value_stores = ['default', 'shop']\n")
    File.write("runtime-config.toml", "[key_value_store.shop]\ntype = \"spin\"\npath = \"shop.db\"\n")
    examples = readme.scan(/^```ruby\n(.*?)^```/m).flatten
    assert_equal 3, examples.size
    first = examples[0].gsub(/^ +(store\S*.*?) +# ("[^"]*"|\d+|\{.*?\}|nil)(?=[;: ]|$).*$/, "given(\\1, \\2)")
    assert_equal 7, first.scan(/^given/).size
    given = "def given(value, said) = value == said || raise(value.inspect)"
    assert_equal "user\n", run_ruby("#{given}; eval(#{first.dump})")
    assert_equal "", run_ruby("eval(#{examples[1].dump})")
    assert_match(/^1 runs, 1 assertions, 0 failures, 0 errors/, run_ruby("eval(#{examples[2].dump})"))
  end

  def test_oldest_ruby_is_the_same_everywhere
    least = Gem::Specification.load(File.join(HERE, "spinkv.gemspec")).required_ruby_version.to_s[/[\d.]+$/]
    assert_includes readme, "Ruby #{least} or newer"
    assert_includes File.read(File.join(HERE, "../../README.md"), encoding: "UTF-8"), "Ruby #{least} or newer"
    assert_match(/^  TargetRubyVersion: #{Regexp.escape(least)}$/, File.read(File.join(HERE, ".rubocop.yml")))
  end

  private

  # The public methods of a class or module itself, with those that it has from C.
  def methods_of(kind)
    origins = [kind, *(kind.superclass if kind.is_a?(Class) && kind.superclass.name.start_with?("Spinkv::Core"))]
    there = origins.flat_map { |origin| origin.public_instance_methods(false) }
    there.select { |name| kind.public_method_defined?(name) }.uniq.sort
  end

  def signed(definition, type)
    definition.methods.select { |_, method| method.public? && method.defined_in == type }.keys.sort
  end

  def readme
    File.read(File.join(HERE, "README.md"), encoding: "UTF-8")
  end
end
