# The two that matter to a newcomer: `make demo` and `make test`. Each makes .venv by itself and installs from the lock.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

BENCHMARKS := $(filter-out figures,$(notdir $(basename $(wildcard benchmarks/*.py))))

SHELL := /bin/bash

.PHONY: help demo farm test lint types tests fuzz soak compiled test-compiled bench lock clean
.PHONY: needs-venv needs-test needs-compiler
.DEFAULT_GOAL := help

help:
	@echo "make demo    render the example (examples/bounce) on this machine and say where the picture is"
	@echo "make farm    a farm on this machine: maitre-d, four alfservers, two users and their jobs; Ctrl-C ends it"
	@echo "make test    everything that must hold: lint, types, tests with coverage, README and examples"
	@echo "make fuzz    the random tests, at length        make soak   the fault tests, at length"
	@echo "make compiled        the maitre-d's core compiled by a C compiler, into build/compiled"
	@echo "make test-compiled   its tests with that one"
	@echo "make bench   every benchmark against its peers  make lock   renew the lock files"

demo: $(VENV)/.installed
	@cd examples/bounce && PATH="$(CURDIR)/$(BIN):$$PATH" alfred -nogui bounce.alf
	@echo "The picture: $(CURDIR)/examples/bounce/out/bounce.png (open it in a browser: it moves)"

farm: $(VENV)/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" alfred -farm 4

test: needs-test $(VENV)/.installed-dev lint types tests

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

tests: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --durations=15
	ALFTCL_ENGINE=generated $(BIN)/python -m pytest -q -p no:cacheprovider tests/alftcl & generated=$$!; \
	ALFTCL_ENGINE=direct $(BIN)/python -m pytest -q -p no:cacheprovider tests/alftcl && wait $$generated

fuzz: $(VENV)/.installed-dev
	FUZZ=1 $(BIN)/python -m pytest tests/alftcl tests/runtime tests/model

soak: $(VENV)/.installed-dev
	ALF_SOAK=20 $(BIN)/python -m pytest tests/faults

# The product with what setup.py compiles, where nothing finds it that is not told to. PYTHONSAFEPATH, or else the Python
# that stands here would be found before it.
COMPILED := build/compiled
WITH_COMPILED := PYTHONSAFEPATH=1 PYTHONPATH=$(CURDIR)/$(COMPILED):$(CURDIR)

compiled: $(COMPILED)/.built

$(COMPILED)/.built: setup.py pyproject.toml $(shell find alftcl runtime daemons gui compat -name '*.py') \
    | needs-compiler $(VENV)/.installed-dev
	@echo "compiling the maitre-d's core (it takes minutes) ..."
	@rm -rf $(COMPILED) build/lib.*
	@ALFTCL_COMPILE=1 $(PIP) install --no-deps --no-build-isolation --target $(COMPILED) .
	@touch $@

test-compiled: compiled
	$(WITH_COMPILED) $(BIN)/python -c 'import sys, daemons.version; sys.exit(not daemons.version.core_is_compiled())'
	$(WITH_COMPILED) $(BIN)/python -m pytest tests/runtime/maitred tests/runtime/match tests/runtime/simulate tests/model \
	    --ignore tests/model/test_the_model_notices.py  # it replaces methods, which compiled callers do not notice

bench: $(VENV)/.installed-dev
	@for name in $(BENCHMARKS); do \
	    echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit 1; done

lock: $(VENV)/.installed-dev
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --extra build pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --all-extras pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build *.egg-info

# --- the environment --------------------------------------------------------------------------------------------------

needs-venv:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }

needs-test:
	@$(PYTHON) -c 'import tkinter' 2>/dev/null || { echo "python3-tk is missing: apt-get install python3-tk"; exit 1; }
	@command -v tclsh >/dev/null || { echo "tclsh is missing: apt-get install tcl"; exit 1; }
	@command -v Xvfb >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    apt-get install -y -qq --no-install-recommends xvfb >/dev/null; } || \
	    echo "Xvfb is missing: the tests of windows are left out (apt-get install xvfb)"

needs-compiler: $(VENV)/.python
	@command -v cc >/dev/null || { echo "a C compiler is missing: apt-get install gcc"; exit 1; }
	@test -e "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" \
	    || { echo "Python.h is missing: apt-get install python3-dev"; exit 1; }

$(VENV)/.python: | needs-venv
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.lock pyproject.toml
	@echo "installing into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
