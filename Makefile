# Everything that is done to this project has a name here, the same by hand and in continuous
# integration; `make help` lists them. CMake knows how the C parts are built and which C tests there
# are, pyproject.toml and setup.py how the Python package is; this file only calls them, in the
# right order, after the packages they need are there. All that it makes lies in build/ and .venv/.

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
VENV := .venv
PY := $(VENV)/bin/python

# Stages print in order, and the compilers are run in parallel by CMake with JOBS.
.NOTPARALLEL:
unexport MAKEFLAGS

C_FOLDERS := $(wildcard core tests bench swig python examples bindings)
C_FILES = $(shell find $(C_FOLDERS) \( -name '*.[ch]' -o -name '*.[ch]pp' \) -not -path '*/build/*')
EXTENSION_SOURCES := CMakeLists.txt setup.py pyproject.toml \
    $(shell find $(wildcard core swig python cmake) -type f \
        \( -name '*.[chi]' -o -name '*.cmake' -o -name '*.in' \))
TYPED := python/spinkv $(wildcard python/examples tests bench scripts)

QUIETLY := scripts/quietly.sh
SANITIZERS := address,undefined
# A sanitizer's memory layout is fixed, which some kernels' random addresses collide with.
FIXED_ADDRESSES := $(shell setarch -R true 2>/dev/null && echo setarch -R)
VALGRIND := valgrind;--quiet;--error-exitcode=99;--leak-check=full;--show-leak-kinds=definite,indirect,possible;--errors-for-leak-kinds=definite,indirect,possible

# $(call compile,<variant>,<options for CMake>) builds everything in build/<variant>.
define compile
@$(QUIETLY) build/$(1).configure.log cmake -S . -B build/$(1) -DSPINKV_TESTS=ON $(2)
@$(QUIETLY) build/$(1).compile.log cmake --build build/$(1) --parallel $(JOBS)
endef

# $(call binding,<language>) builds a language of bindings/, and fails where its tools are missing.
define binding
@$(QUIETLY) build/$(1).configure.log cmake -S . -B build/release -DSPINKV_BINDINGS=all
@$(QUIETLY) build/$(1).compile.log cmake --build build/release --target binding_$(1) --parallel $(JOBS)
@echo "$(1): built in build/release/bindings/$(1)"
endef

# Most tests make files that need no disk; they go into memory where 2 GB of it are free.
IN_MEMORY := $(shell df -k --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 2e6 { print "TMPDIR=/dev/shm" }')
PYTEST = $(IN_MEMORY) $(PY) -m pytest --numprocesses $(JOBS) --dist worksteal

# $(call ctest,<variant>,<options for ctest>) runs the C tests of build/<variant>.
ctest = ctest --test-dir build/$(1) --output-on-failure --no-tests=error --parallel $(JOBS) $(2)

# ---- To use it ---------------------------------------------------------------------------------

.PHONY: help
help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-25s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: extension ## Store 249 countries in ./.spin, then read, list, count and show them.
	@$(PY) python/examples/demo.py

.PHONY: build
build: library extension ## Build the C library in build/release, and .venv with spinkv importable.

.PHONY: install
install: packages ## Install the C library below PREFIX (/usr/local), staged in DESTDIR if set.
	@$(QUIETLY) build/install.configure.log cmake -S . -B build/install -DCMAKE_INSTALL_PREFIX=$(PREFIX)
	@$(QUIETLY) build/install.compile.log cmake --build build/install --parallel $(JOBS)
	@cmake --install build/install

.PHONY: cpp
cpp: packages ## Build the sample and the driver of C++.
	$(call binding,cpp)

.PHONY: rust
rust: packages ## Build the crate, the sample and the driver of Rust.
	$(call binding,rust)

.PHONY: node
node: packages ## Build the addon, the package, the sample and the driver of Node.js.
	$(call binding,node)

.PHONY: go
go: packages ## Build the sample, the driver and the checks of Go.
	@scripts/install-go.sh
	$(call binding,go)

.PHONY: ruby
ruby: packages ## Build the extension, the sample, the driver and the checks of Ruby.
	$(call binding,ruby)

.PHONY: toolchains
toolchains: packages ## Install what every language of bindings/ is built with.
	@scripts/install-packages.sh --bindings
	@scripts/install-go.sh

.PHONY: java
java: packages ## Build the jar, the sample, the driver and the tests of Java.
	$(call binding,java)

.PHONY: packages
packages: ## Install the system packages that building and testing need and that are missing.
	@scripts/install-packages.sh

.PHONY: clean
clean: ## Remove all that was built: build/, .venv/ and caches. Stores in .spin/ stay.
	rm -rf build $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find python scripts tests bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	rm -rf python/*.egg-info python/spinkv/*.so

# ---- To test it --------------------------------------------------------------------------------

.PHONY: test
test: library extension tools ## Run every test: C (ctest), then Python (pytest).
	@$(call ctest,release)
	@$(PYTEST) tests/python

.PHONY: conformance
conformance: library extension tools ## Run only the conformance cases, in C and in Python.
	@$(call ctest,release,--tests-regex conformance)
	@$(PYTEST) tests/python -k conformance

.PHONY: asan
asan: checkers ## Run the C tests under AddressSanitizer and UndefinedBehaviorSanitizer.
	$(call compile,asan,-DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang -DSPINKV_SANITIZE=$(SANITIZERS))
	@UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	    $(FIXED_ADDRESSES) $(call ctest,asan)

.PHONY: tsan
tsan: checkers ## Run the threaded C tests under ThreadSanitizer.
	$(call compile,tsan,-DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang -DSPINKV_SANITIZE=thread)
	@TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
	    $(FIXED_ADDRESSES) $(call ctest,tsan,--label-regex threads)

.PHONY: valgrind
valgrind: checkers ## Run the C tests but the slow ones under valgrind, leaks included.
	$(call compile,valgrind,-DCMAKE_BUILD_TYPE=Debug '-DCMAKE_CROSSCOMPILING_EMULATOR=$(VALGRIND)')
	@$(call ctest,valgrind,--label-exclude slow)

.PHONY: coverage
coverage: packages tools ## Measure the line coverage of core/ by the C tests; less than 95 % fails.
	$(call compile,coverage,-DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DSPINKV_COVERAGE=ON)
	@find build/coverage -name '*.gcda' -delete
	@$(QUIETLY) build/coverage.ctest.log $(call ctest,coverage)
	@$(VENV)/bin/gcovr --root . --filter core/ --fail-under-line 95 \
	    --html-details build/coverage/report.html --txt - build/coverage

.PHONY: bench
bench: peers ## Measure speed against the bare engine and other stores; write docs/benchmarks.md.
	@$(PY) bench/run.py

.PHONY: bench-quick
bench-quick: peers ## Run every benchmark for a minute in all, which shows that it works.
	@$(PY) bench/run.py --quick

.PHONY: bench-instructions
bench-instructions: peers ## Count the instructions of the hot paths; over 5 % more than recorded fails.
	@$(PY) bench/instructions.py

.PHONY: bench-instructions-update
bench-instructions-update: peers ## Record the instructions of the hot paths in bench/instructions.json.
	@$(PY) bench/instructions.py --update

# ---- To check it -------------------------------------------------------------------------------

HEADER_ALONE = printf '\#include "spinkv.h"\nspinkv_options o = SPINKV_OPTIONS_INIT;\n' | \
    $(1) -Wall -Wextra -Wpedantic -Werror -Icore/include -fsyntax-only

.PHONY: lint
lint: checkers library tools ## Check the layout of C and Python, warnings, the header, scripts.
	@clang-format --dry-run -Werror --ferror-limit=3 $(C_FILES) || { echo 'make format would mend it'; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/shellcheck scripts/*.sh bench/languages/*/build.sh .ci/run
	@scripts/lint-rust.sh
	@scripts/lint-ruby.sh
	@scripts/check-node.sh lint
	@$(PY) scripts/check_header.py core/include/spinkv.h build/release
	@$(call HEADER_ALONE,gcc -std=c99 -xc -)
	@$(call HEADER_ALONE,g++ -std=c++11 -xc++ -)
	@$(call HEADER_ALONE,clang -std=c99 -xc -)
	@$(call HEADER_ALONE,clang++ -std=c++11 -xc++ -)
	$(call compile,lint-gcc,-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DSPINKV_BENCH=ON -DSPINKV_WERROR=ON -DSPINKV_BINDINGS=cpp)
	$(call compile,lint-clang,-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang -DSPINKV_BENCH=ON -DSPINKV_WERROR=ON -DSPINKV_BINDINGS=cpp)
	@echo "lint: no findings"

.PHONY: format
format: checkers tools ## Put C and Python files into the layout that lint asks for.
	clang-format -i $(C_FILES)
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .
	! command -v cargo-fmt >/dev/null || cargo fmt --all --manifest-path bindings/rust/Cargo.toml
	scripts/check-node.sh format

.PHONY: types
types: extension tools ## Check types with mypy --strict, pyright and stubtest.
	@$(PY) -m mypy --strict $(TYPED)
	@$(VENV)/bin/pyright --warnings --pythonpath $(PY) $(TYPED)
	@$(PY) -m mypy.stubtest spinkv
	@scripts/check-node.sh types

.PHONY: docs
docs: library extension tools ## Run the examples in README.md and docs/.
	@$(PY) -m pytest tests/python/test_docs.py

# ---- What the targets above need ---------------------------------------------------------------

.PHONY: library
library: packages
	$(call compile,release,-DCMAKE_BUILD_TYPE=Release -DSPINKV_BINDINGS=all)

.PHONY: extension
extension: packages $(VENV)/.extension

.PHONY: tools
tools: extension $(VENV)/.tools

.PHONY: peers
peers: extension $(VENV)/.peers
	@scripts/install-packages.sh --bench
	@$(PY) bench/run.py --build

.PHONY: checkers
checkers:
	@scripts/install-packages.sh --checks

# An environment that could not be finished is not kept.
$(PY): | packages
	@echo "making $(VENV)"
	@$(QUIETLY) build/venv.log "$$(scripts/find-python.sh)" -m venv --clear $(VENV) || \
	    { rm -rf $(VENV); exit 1; }

$(VENV)/.extension: $(PY) $(EXTENSION_SOURCES)
	@echo "building the Python extension"
	@$(QUIETLY) build/extension.log $(PY) -m pip install --editable .
	@touch $@

# The package is there already, so that pip only adds what its dev extra names.
$(VENV)/.tools: $(PY) pyproject.toml | $(VENV)/.extension
	@echo "installing the Python tools into $(VENV)"
	@$(QUIETLY) build/tools.log $(PY) -m pip install 'spinkv[dev]'
	@touch $@

# As above, with what the bench extra names.
$(VENV)/.peers: $(PY) pyproject.toml | $(VENV)/.extension
	@echo "installing what the benchmark compares with into $(VENV)"
	@$(QUIETLY) build/peers.log $(PY) -m pip install 'spinkv[bench]'
	@touch $@
