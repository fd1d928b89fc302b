#!/bin/sh
# Runs a command with its output in a log file, and shows that output only if the command fails:
#     quietly.sh build/compile.log cmake --build build/release
set -eu

log=$1
shift
# A make below this one is not part of it, and does not report its folders.
unset MAKELEVEL
mkdir -p "$(dirname "$log")"
status=0
"$@" >"$log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    echo "error: exit status $status of: $*" >&2
fi
exit "$status"
