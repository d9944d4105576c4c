# The two that matter to a newcomer: `make demo` and `make test`. Each makes .venv by itself and installs from the lock.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

BENCHMARKS := $(filter-out figures,$(notdir $(basename $(wildcard benchmarks/*.py))))

SHELL := /bin/bash

.PHONY: help demo farm test lint types tests fuzz soak bench lock clean needs-venv needs-test
.DEFAULT_GOAL := help

help:
	@echo "make demo    render the example (examples/bounce) on this machine and say where the picture is"
	@echo "make farm    a farm on this machine: maitre-d, four alfservers, two users and their jobs; Ctrl-C ends it"
	@echo "make test    everything that must hold: lint, types, tests with coverage, README and examples"
	@echo "make fuzz    the random tests, at length        make soak   the fault tests, at length"
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
	ALFTCL_ENGINE=generated $(BIN)/python -m pytest -q tests/alftcl
	ALFTCL_ENGINE=direct $(BIN)/python -m pytest -q tests/alftcl

fuzz: $(VENV)/.installed-dev
	FUZZ=1 $(BIN)/python -m pytest tests/alftcl tests/runtime tests/model

soak: $(VENV)/.installed-dev
	ALF_SOAK=20 $(BIN)/python -m pytest tests/faults

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
