#!/bin/sh
# Puts a Go into build/go that bindings/go can be built with, and does nothing, quickly, where the one there is will do.
# Debian's is older, and fetches the newer one as it fetches any module, with its checksum compared. Nothing outside of
# build/ is changed.
set -eu

cd "$(dirname "$0")/.."
wanted=1.24.13

# The minor version of a go command, as itself; 0 where there is none.
minor_of() {
    found=$(GOTOOLCHAIN=local "$1" version 2>/dev/null | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p')
    echo "${found:-0}"
}

for go in build/go/bin/go /usr/local/go/bin/go go; do
    if [ "$(minor_of "$go")" -ge 24 ]; then
        exit 0
    fi
done
if ! command -v go >/dev/null; then
    echo "error: there is no go command; scripts/install-packages.sh --bindings installs one" >&2
    exit 1
fi

echo "fetching Go $wanted into build/go"
mkdir -p build
folder=$(mktemp -d build/go.XXXXXX)
trap 'rm -rf "$folder"' EXIT
module="golang.org/toolchain@v0.0.1-go$wanted.$(go env GOOS)-$(go env GOARCH)"
(cd "$folder" && GOMODCACHE=$PWD GOFLAGS=-modcacherw go mod download "$module")
# Modules hold no permissions.
chmod -R +x "$folder/$module/bin" "$folder/$module/pkg/tool"
rm -rf build/go
mv "$folder/$module" build/go
