#!/bin/sh
# Installs the system packages that are missing, and does nothing, quickly, when none is.
# Without arguments: what building, the demo and the tests need. With --checks: also what the
# linters and the sanitizer runs need; with --bench: what the benchmark compares with; with
# --bindings: what the languages of bindings/ need. As root it calls apt-get, with sudo it calls that;
# without either it prints the command for an administrator to run, and fails. Never touches Python's
# own packages: those go into a virtual environment.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
wanted="gcc g++ make cmake pkg-config libsqlite3-dev sqlite3 libjansson-dev libtomlplusplus-dev
    iso-codes"
checks="clang clang-format libclang-rt-14-dev valgrind"
# redis-tools holds the server's program; redis-server would also leave a server running.
bench="liblmdb-dev libleveldb-dev librocksdb-dev redis-tools valgrind"

# A line each: a command, and the packages that bring it where there is none.
add_bindings() {
    while IFS=: read -r command packages; do
        command -v "$command" >/dev/null || wanted="$wanted $packages"
    done <<END
cargo: cargo-web
node: nodejs npm libnode-dev
go: golang-go
ruby: ruby ruby-dev rake ruby-minitest
javac: openjdk-17-jdk-headless
junit5: junit5 libjackson2-databind-java libgoogle-gson-java
swig: swig
END
}

# What languages that are there are compared with, as far as Debian has it or what fetches it.
add_bench() {
    ! command -v javac >/dev/null || command -v mvn >/dev/null || wanted="$wanted maven"
    ! command -v ruby >/dev/null || wanted="$wanted ruby-sqlite3"
}

for option in "$@"; do
    case $option in
    --checks)
        wanted="$wanted $checks"
        ! command -v ruby >/dev/null || wanted="$wanted rubocop"
        ;;
    --bench)
        wanted="$wanted $bench"
        add_bench
        ;;
    --bindings) add_bindings ;;
    *)
        echo "usage: $0 [--checks] [--bench] [--bindings]" >&2
        exit 2
        ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "note: not a Debian system, so nothing is installed; needed here are: $wanted" \
        "and Python 3.10 or newer with its headers" >&2
    exit 0
fi

# Any Python that will do serves, from Debian or not; only where there is none, Debian's is installed.
if ! "$here/find-python.sh" >/dev/null; then
    if [ -n "${PYTHON:-}" ]; then
        echo "error: $PYTHON is not Python 3.10 or newer with venv, pip and headers" >&2
        exit 1
    fi
    wanted="$wanted python3 python3-venv python3-dev"
fi

# shellcheck disable=SC2086 # the list is meant to split into words
present=" $(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p' | tr '\n' ' ')"
missing=""
for package in $wanted; do
    case $present in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
if [ -z "$missing" ]; then
    exit 0
fi

command_line="apt-get install --yes --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
    as_root="env"
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root="sudo env"
else
    echo "error: packages are missing and installing them needs root. Run this as root, then try again:" >&2
    echo "    $command_line" >&2
    exit 1
fi

echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # as above
if ! { $as_root apt-get update && $as_root DEBIAN_FRONTEND=noninteractive $command_line; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    echo "error: this failed: $command_line" >&2
    exit 1
fi
