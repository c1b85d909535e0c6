# Everything Voicepost needs on a machine is installed by these targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Debian packages: sound conversion and speech; for the tests a database server and a browser too,
# and what traces writes, sets clocks wrong and sends SIP that no phone would.
RUNNING := ffmpeg espeak-ng $(shell $(PYTHON) -c 'import ensurepip' 2>/dev/null || echo python3-venv)
TESTING := postgresql chromium fonts-inter strace faketime sip-tester systemd openssl

PROGRAM := cli.py commands dialplan notifications storage telephony web

# What judges the pages' accessibility in the tests.
AXE := $(VENV)/npm/node_modules/axe-core/axe.min.js

.PHONY: install system testing test test-long check format demo screenshots bench bench-quick bench-pages faults

# Compiled here, as the service itself may not write beside its program.
install: $(VENV)/.installed system
	@$(BIN)/python -m compileall -q $(PROGRAM)

$(VENV)/.installed: pyproject.toml constraints.txt | system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

system: PACKAGES = $(RUNNING)
testing: PACKAGES = $(TESTING)
system testing:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing from Debian:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

demo: install
	@$(BIN)/voicepost demo $(ARGS)

$(AXE): | install
	npm install --silent --no-save --no-audit --no-fund --prefix $(VENV)/npm axe-core@4.14.1

bench: install testing
	$(BIN)/python -m bench $(ARGS)

bench-quick: install testing
	$(BIN)/python -m bench --quick $(ARGS)

bench-pages: install testing
	$(BIN)/python -m bench.pages $(ARGS)

faults: install testing
	$(BIN)/python -m tests.faults $(ARGS)

screenshots: install testing
	$(BIN)/python -m tests.web.screenshots

# Files at a time on two cores, the long ones first: calls in real time wait for most of theirs.
# What pytest makes of the tests' own files is kept for the next run, whatever the environment says.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 6 --dist loadfile --no-loadscope-reorder

test: install testing $(AXE)
	$(PYTEST) --long without $(ARGS)

test-long: install testing $(AXE)
	$(PYTEST) --long only $(ARGS)
