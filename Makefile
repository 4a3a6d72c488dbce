# What there is to do, and how: `make help`.

# The first Python on this machine that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
DISTRO := $(shell . /etc/os-release 2>/dev/null && echo $$ID $$ID_LIKE)

.DEFAULT_GOAL := help
.PHONY: help demo test check run install bench crash fuzz picture wheel lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: .venv/.installed  ## the whole thing for a minute, on an embedded newsroom: no token, no network
	$(BIN)/wirewatch demo

test: .venv/.testing  ## all tests: about five minutes on two cores
	$(BIN)/python -m pytest -n 2 --dist worksteal

run: .venv/.installed  ## the daemon on config/; without a bot token, alerts go to the terminal
	$(BIN)/wirewatch run

install: .venv/.installed  ## .venv with .venv/bin/wirewatch

check: .venv/.checking  ## floors, lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: .venv/.testing .venv/peers/.installed  ## measured figures, each beside a reference in the same run
	$(BIN)/python -m benchmarks

crash: .venv/.testing  ## the crash tests at full size
	WIREWATCH_KILL_STEP=1 WIREWATCH_KILLS=1000 $(BIN)/python -m pytest --timeout 7200 tests/outbox/test_crashes.py
	$(BIN)/python -m pytest -m full --timeout 3600 tests/pipeline/test_killed.py

fuzz: .venv/.testing  ## the property tests with a hundred times the examples
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest --timeout 3600

picture: .venv/.installed  ## docs/demo.svg, the demo's terminal as the README shows it
	$(BIN)/python -m wirewatch.demo.picture docs/demo.svg

wheel: .venv/.installed  ## dist/wirewatch-….whl
	@! git status --porcelain -- config 2>/dev/null | grep -q . || echo "config/ is not as it was cloned: what its YAML files say, chats too, is shipped in this wheel"
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

lock: .venv/.checking  ## requirements.lock anew from what pyproject.toml allows
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable '.[test,check]'
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:  ## everything that was made here, except config/ and var/
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Wirewatch needs Python 3.11 or newer$(if $(findstring debian,$(DISTRO)),: apt install python3 python3-venv)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) comes without venv$(if $(findstring debian,$(DISTRO)),: apt install python3-venv)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml requirements.lock
	@echo "installing Wirewatch into .venv: a minute or two the first time"
	$(PIP) --editable .
	@touch $@

.venv/.testing: .venv/.installed
	$(PIP) --editable '.[test]'
	@touch $@

# Other feed readers, measured beside Wirewatch by `make bench`; one that cannot be had is named there.
.venv/peers/.installed: .venv/bin/python benchmarks/peers/requirements.txt
	$(BIN)/python -m venv .venv/peers
	-.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	@command -v newsboat >/dev/null || echo "newsboat is not installed and will be missing$(if $(findstring debian,$(DISTRO)),: apt install newsboat)"
	@touch $@

.venv/.checking: .venv/.testing
	$(PIP) --editable '.[test,check]'
	@touch $@
