PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv

.PHONY: install up test lint bench lock

$(UV):
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q uv

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	env $$(cat tests/env) $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet templates

test:
	$(BIN)/pytest
