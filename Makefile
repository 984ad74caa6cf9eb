# Everything a newcomer or CI does. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SEED ?=

.PHONY: help setup demo test crashes sockets check sim bench arrows format lint types schema clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(BIN)/.ready ## make .venv with `migrate` and the development tools in .venv/bin

$(BIN)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip --disable-pip-version-check --quiet install --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup ## move a live Service in a sandbox, under traffic, with the tool killed on the way
	$(BIN)/migrate sandbox demo

CORE := migrator/model/*,migrator/checks/*,migrator/steps/*,migrator/machine/*,migrator/planning/*,migrator/scheduler/*

test: setup ## every test but the drawn seeds, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 3 --dist worksteal -m 'not crash_points'
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --format=total --fail-under=0 | sed 's/$$/ % of lines and branches covered/'
	$(BIN)/coverage report --fail-under=100 --include='$(CORE)'

crashes: setup ## every single crash point, forward and back
	$(BIN)/python -m pytest --numprocesses 2 -m crash_points

sockets: setup ## what hangs on the interpreter: sockets and processes (PYTHON=, VENV=)
	$(BIN)/python -m pytest --numprocesses 2 tests/contract tests/e2e/test_runs.py tests/e2e/test_signals.py

check: setup lint types arrows test crashes ## format, lint, types, arrows, tests, crash points; what CI runs

format: setup ## write the code as the formatter has it
	$(BIN)/ruff format migrator tests
	$(BIN)/ruff check --fix --quiet migrator tests

lint: setup
	$(BIN)/ruff format --check --quiet migrator tests
	$(BIN)/ruff check migrator tests

types: setup
	$(BIN)/mypy

arrows: setup ## the drawing in docs/architecture.md holds
	$(BIN)/lint-imports --no-cache

sim: setup ## drawn journeys, every crash twice, mutants, the small model, 200 kills over 20 Services (SEED=7 prints the same)
	$(BIN)/python -m tests.sim $(if $(SEED),--seed $(SEED))

bench: setup ## figures side by side in one run, as ratios
	$(BIN)/python -m tests.bench

schema: setup ## write the schemas in plans/ from the model
	$(BIN)/python -c 'from migrator.planning.schema import schema; print(schema(), end="")' > plans/schema.json
	$(BIN)/python -c 'from migrator.report.plan_json import schema; print(schema(), end="")' > plans/shown.schema.json
	$(BIN)/python -c 'from migrator.report.simulated_json import schema; print(schema(), end="")' > plans/certificate.schema.json

clean: ## remove what was built
	rm -rf .venv .venv-system build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis
