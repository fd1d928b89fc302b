#!/bin/sh
# Builds the package, and installs the peers from npm; where that fails they are missing, not the package.
set -eu

for command in node npm; do
    command -v $command >/dev/null || { echo "there is no $command command" >&2; exit 3; }
done
"$PYTHON" "$SOURCE/bench/language_program.py" node
cp "$SOURCE"/bench/languages/node/*.js .
if ! cmp -s "$SOURCE/bench/languages/node/package.json" installed.json; then
    cp "$SOURCE/bench/languages/node/package.json" package.json
    npm install --no-audit --no-fund --no-package-lock --fetch-retries 1 >install.log 2>&1 || true
    # A version of npm may leave the scripts, which compile, to who calls it.
    npm rebuild >>install.log 2>&1 || true
    if node -e 'new (require("better-sqlite3"))(":memory:"); require("@keyv/sqlite")' 2>>install.log; then
        cp package.json installed.json
    fi
fi
cat >program <<END
#!/bin/sh
SPINKV=$CMAKE_BUILD/bindings/node/package exec node $PWD/program.js "\$@"
END
chmod +x program
