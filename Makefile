# Everything Voicepost needs on a machine is installed by these targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Debian packages: sound conversion and speech; a database server and a browser for the tests.
DEBIAN := ffmpeg espeak-ng postgresql chromium fonts-dejavu-core $(shell $(PYTHON) -c 'import ensurepip' 2>/dev/null || echo python3-venv)

# What judges the pages' accessibility in the tests.
AXE := $(VENV)/npm/node_modules/axe-core/axe.min.js

.PHONY: install system test check format demo screenshots

install: $(VENV)/.installed system

$(VENV)/.installed: pyproject.toml constraints.txt | system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

system:
	@missing=""; for package in $(DEBIAN); do \
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

screenshots: install
	$(BIN)/python -m tests.web.screenshots

test: install $(AXE)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)
