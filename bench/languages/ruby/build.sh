#!/bin/sh
# Builds the library. The peer is Debian's package or a gem that is installed; without it, it is missing.
set -eu

command -v ruby >/dev/null || { echo "there is no ruby command" >&2; exit 3; }
"$PYTHON" "$SOURCE/bench/language_program.py" ruby
cat >program <<END
#!/bin/sh
exec ruby -I $SOURCE/bindings/ruby/lib -I $CMAKE_BUILD/bindings/ruby/lib $SOURCE/bench/languages/ruby/program.rb "\$@"
END
chmod +x program
