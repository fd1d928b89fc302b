#!/bin/sh
# Checks the layout of Rust with rustfmt, and its code and manual with clippy and rustdoc, with and without the
# feature json; says what it left out where a tool is missing.
set -eu
cd "$(dirname "$0")/.."

for tool in cargo cargo-fmt cargo-clippy; do
    if ! command -v $tool >/dev/null; then
        echo "lint: Rust is left out: no $tool command"
        exit 0
    fi
done
export SPINKV_LIB_DIR="$PWD/build/release" CARGO_TARGET_DIR="$PWD/build/lint-rust"
rustfmt --check --edition 2024 bench/languages/rust/main.rs
cd bindings/rust
cargo fmt --all --check
for features in json ""; do
    cargo clippy --quiet --workspace --all-targets --no-default-features --features "$features" -- -D warnings
done
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps
