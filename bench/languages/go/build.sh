#!/bin/sh
# Builds the program with its peers, the core of spinkv included. The tag is go-sqlite3's: it takes the SQLite that is
# installed, which spinkv does too.
set -eu

for go in "$SOURCE/build/go/bin/go" /usr/local/go/bin/go go; do
    minor=$("$go" version 2>/dev/null | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 24 ] && break
done
if [ "${minor:-0}" -lt 24 ]; then
    echo "there is no go command of version 1.24 or newer" >&2
    exit 3
fi
out=$PWD/program
cd "$SOURCE/bench/languages/go"
CGO_ENABLED=1 "$go" build -buildvcs=false -tags libsqlite3 -o "$out" .
