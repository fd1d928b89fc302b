#!/bin/sh
# Checks the Node.js package, with tools from its own registry that are installed beside it: `types` compiles
# what uses the declarations with `tsc --strict` and runs it, `lint` checks the layout, `format` mends it.
# Does nothing where there is no Node.js.
set -eu
cd "$(dirname "$0")/.."

for command in node npm; do
    if ! command -v $command >/dev/null; then
        echo "note: the Node.js package is not checked: no command $command"
        exit 0
    fi
done
package=bindings/node
if ! [ -e $package/node_modules/typescript ]; then
    echo "installing the tools of $package"
    scripts/quietly.sh build/node-tools.log \
        npm install --prefix $package --ignore-scripts --no-audit --no-fund
fi

case ${1:-} in
types)
    make --silent node
    scripts/quietly.sh build/node-types.log build/release/bindings/node/check_types
    ;;
lint) npm run --prefix $package --silent lint || { echo 'make format would mend it'; exit 1; } ;;
format) npm run --prefix $package --silent format ;;
*)
    echo "usage: $0 types | lint | format" >&2
    exit 2
    ;;
esac
