PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench clean

demo: .venv/installed ## the whole pipeline on the sample articles
	$(BIN)/hedgewire demo

test: .venv/installed-dev ## every test that this machine can run
	$(BIN)/pytest

check: .venv/installed-dev ## style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/installed-dev ## the pipeline beside its peers, on ARTICLES=FILE.jsonl, nothing else running
	$(BIN)/pip install --quiet --group bench
	$(BIN)/python -m bench $(ARTICLES)

clean: ## the environment and what tools left behind
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --group dev
	touch $@
