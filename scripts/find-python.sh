#!/bin/sh
# Prints the Python that the virtual environment is made from: $PYTHON if that is set, else the
# first of `python3` and /usr/bin/python3 that will do. It must be 3.10 or newer, able to make a
# virtual environment with pip in it, and have the headers that an extension is compiled with.
# Prints nothing and fails where there is none.
set -eu

# Says whether a Python will do, and prints its path if so.
will_do() {
    "$1" - 2>/dev/null <<'PY'
import os.path
import sys
import sysconfig

import ensurepip
import venv

header = os.path.join(sysconfig.get_path("include"), "Python.h")
if sys.version_info < (3, 10) or not os.path.exists(header):
    sys.exit(1)
print(sys.executable)
PY
}

for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    if will_do "$candidate"; then
        exit 0
    fi
done
exit 1
