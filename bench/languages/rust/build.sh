#!/bin/sh
# Builds the program with its peers, the crate's core included.
set -eu

command -v cargo >/dev/null || { echo "there is no cargo command" >&2; exit 3; }
RUST_VERSION=$(rustc --version | cut -d " " -f 2) CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path "$SOURCE/bench/languages/rust/Cargo.toml"
ln -sf target/release/spinkv-bench program
