# frozen_string_literal: true

# Compiles SWIG's wrapper with the core, or, with --enable-installed, against the library that is installed.
# In a gem both lie here; in a clone the wrapper is made by SWIG, and the core is that of the clone.
require "mkmf"

CORE = [File.join(__dir__, "core"), File.expand_path("../../../../core", __dir__)].find { |path| File.exist?(path) }
WRAPPER = "core_wrap.cpp"

def need(is_there, what)
  abort "spinkv cannot be built: #{what} is missing" unless is_there
end

def generate_wrapper
  swig = find_executable("swig") || find_executable("swig4.0")
  need(swig, "the command swig (Debian: swig)")
  interfaces = File.expand_path("../swig", CORE)
  is_made = system(swig, "-ruby", "-module", "spinkv::core", "-I#{interfaces}", "-o", WRAPPER,
                   File.join(interfaces, "spinkv.i"))
  need(is_made, "what swig makes")
end

def find_sqlite
  need(have_header("sqlite3.h") && have_library("sqlite3", "sqlite3_libversion_number"),
       "SQLite with its header (Debian: libsqlite3-dev)")
  is_recent = checking_for("SQLite 3.40 or newer") do
    try_compile("#include <sqlite3.h>\n#if SQLITE_VERSION_NUMBER < 3040000\n#error too old\n#endif\n")
  end
  need(is_recent, "SQLite 3.40 or newer")
end

def compile_core
  find_sqlite
  need(MakeMakefile["C++"].have_header("toml++/toml.h"), "toml++ (Debian: libtomlplusplus-dev)")
  folders = [File.join(CORE, "src"), File.join(CORE, "backends/sqlite")]
  $VPATH.concat(folders)
  $INCFLAGS << " -I#{File.dirname(CORE)} -I#{File.join(CORE, "include")}"
  $defs.push("-DNDEBUG", "-D_XOPEN_SOURCE=700", "-D_DEFAULT_SOURCE")
  $CFLAGS << " -std=c11 -fvisibility=hidden -pthread"
  Dir[*folders.map { |folder| File.join(folder, "*.{c,cpp}") }]
end

def link_installed
  is_found = pkg_config("spinkv") || have_library("spinkv", "spinkv_version", "spinkv.h")
  need(is_found, "an installed spinkv (make install; PKG_CONFIG_PATH says where)")
  $defs << "-DSPINKV_INSTALLED"
  []
end

need(CORE || enable_config("installed"), "the core")
is_shipped = File.exist?(File.join(__dir__, WRAPPER))
generate_wrapper unless is_shipped
sources = enable_config("installed") ? link_installed : compile_core
$warnflags = "-Wall -Wno-deprecated-declarations"
$CXXFLAGS << " -std=c++17 -fvisibility=hidden -pthread"
$defs << "-DSWIG_TYPE_TABLE=spinkv"
$srcs = sources + [is_shipped ? File.join(__dir__, WRAPPER) : WRAPPER]
$objs = $srcs.map { |source| "#{File.basename(source, ".*")}.o" }
create_makefile("spinkv/core")
