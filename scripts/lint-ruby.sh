#!/bin/sh
# Checks that Ruby finds nothing to warn of in the gem's sources, and their layout with rubocop; says what it
# left out where a tool is missing.
set -eu
cd "$(dirname "$0")/../bindings/ruby"

if ! command -v ruby >/dev/null; then
    echo "lint: Ruby is left out: no ruby command"
    exit 0
fi
for file in *.rb check/*.rb Rakefile ./*.gemspec lib/*.rb lib/*/*.rb ext/*/*.rb; do
    warnings=$(ruby -wc "$file" 2>&1 | grep -v '^Syntax OK$' || true)
    if [ -n "$warnings" ]; then
        echo "$warnings"
        exit 1
    fi
done
if command -v rubocop >/dev/null; then
    said=$(rubocop) || { echo "$said"; exit 1; }
else
    echo "lint: the layout of Ruby is left out: no rubocop command"
fi
