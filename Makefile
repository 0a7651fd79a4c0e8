# make up     run the platform on this machine     make test   run every test
# make lint   run every static check               make bench  measure against peers
# make shot   photograph every portal page         make lock   resolve the dependencies again
# make sdk    build the Python and TypeScript clients
# Each target sets up what it needs; nothing has to be installed by hand but Python 3.11 or newer.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := up
.PHONY: install install-dev browser nginx up test lint bench lock shot css sdk

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/uv
# Compiled once, here, and not by every process of the first start.
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes
COMPILE := $(UV) pip compile --quiet --python $(BIN)/python --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
TEST_ENVIRONMENT = env $$(cat tests/env) DJANGO_SETTINGS_MODULE=tests.settings
# A process starts in less than half the time with its modules compiled. Where the source tree is to stay free of that,
# it is kept beside the rest of what runs leave behind.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/pycache
endif
# Extra arguments of the program behind a target: make up ARGS="--port 9000", make test ARGS="-k webhooks -x".
ARGS ?=

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Treaty needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/.uv-$(UV_VERSION): | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.runtime: requirements.lock .venv/.uv-$(UV_VERSION)
	$(INSTALL) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	$(INSTALL) -r requirements-dev.lock
	@touch $@

install: .venv/.runtime
	@$(BIN)/python -m config.stylesheet >/dev/null

install-dev: install .venv/.dev

browser: install-dev
	@$(BIN)/python -m tests.browser

nginx: install-dev
	@$(TEST_ENVIRONMENT) $(BIN)/python -m tests.nginx

up: install
	@exec $(BIN)/python manage.py up --demo $(ARGS)

test: browser nginx
	@$(BIN)/pytest --numprocesses 2 --no-loadscope-reorder $(ARGS)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	env $$(cat tests/env) $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet templates
	$(TEST_ENVIRONMENT) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

bench: nginx
	@missed=; for name in request_path token_path gateway_path deliveries publishing endurance imports; do \
	  echo "== $$name"; $(BIN)/python -m bench.$$name || missed="$$missed $$name"; \
	done; [ -z "$$missed" ] || { echo "Missed:$$missed"; exit 1; }

lock: .venv/.uv-$(UV_VERSION)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev --group bench -c requirements.lock -o requirements-dev.lock

sdk: install-dev
	$(BIN)/python sdk/generate.py
	$(BIN)/python -m build --wheel --no-isolation --outdir sdk/python/dist sdk/python
	cd sdk/typescript && npm run --silent build

css: install
	@$(BIN)/python -m config.stylesheet

shot: install-dev browser
	@rm -rf var/shots
	$(BIN)/pytest -q tests/e2e -k "page or admin or two_steps or reference" --shots var/shots
	@mkdir -p docs/images && cp var/shots/home-light.png docs/images/home.png
