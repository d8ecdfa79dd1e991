# `make run` starts everything on this machine; `make test` runs every test. `make` alone lists the rest.
# What it needs: Python 3.11, 3.12 or 3.13 with venv, and make. PYTHON=/path/to/python chooses one.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export UPR_LOCAL := 1
# The tests' data is thrown away; they get servers of their own beside the demo's.
TEST_ENV := UPR_DATA_DIR=$(CURDIR)/var/test UPR_FAST_UNSAFE=1
WITH_TEST_SERVERS := $(TEST_ENV) $(BIN)/python -m upr_tracker.localstack run --

.PHONY: help setup run down test bench torture schema lint format lock clean

help: ## list the commands
	@echo "UPR Tracker. The two commands: make run, make test. All of them:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

setup: ## only install: .venv with what requirements-dev.txt locks
	@PYTHON="$(PYTHON)" sh upr_tracker/localstack/setup.sh $(VENV) requirements-dev.txt

run: setup ## servers, database, demo data, web, worker and beat, until Ctrl-C (PORT=8000)
	@exec $(BIN)/python manage.py up $(if $(PORT),--port $(PORT))

down: setup ## stop what `make run` left running
	@$(BIN)/python manage.py down

test: setup ## all tests, on servers of their own, with a real browser (ARGS="-k words" chooses)
	@$(BIN)/python -m upr_tracker.localstack.browser
	@$(WITH_TEST_SERVERS) $(BIN)/python -m pytest -n 2 $(ARGS)

bench: setup ## measure speed and figures against the aims, on servers of their own (ARGS="--part imports --rows 20000")
	@UPR_DATA_DIR=$(CURDIR)/var/bench $(BIN)/python -m upr_tracker.localstack run -- $(BIN)/python -m benchmarks $(ARGS)

torture: setup ## ask every address of the API far more, and every time something else (N=300 questions each)
	@$(WITH_TEST_SERVERS) env UPR_TORTURE=$(or $(N),300) $(BIN)/python -m pytest -n 2 tests/api/test_schemathesis.py $(ARGS)

schema: setup ## write docs/openapi.yaml anew, after a change of the API
	@$(WITH_TEST_SERVERS) $(BIN)/python manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

lint: setup ## style, types, imports, migrations, addresses
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(TEST_ENV) DATABASE_URL=postgres:///none REDIS_URL=redis://none $(BIN)/mypy .
	$(BIN)/lint-imports
	@$(WITH_TEST_SERVERS) $(BIN)/python manage.py makemigrations --check --dry-run
	@! git grep -nIE -e '://[a-z0-9.-]+/simple(/|[^a-z]|$$)' -e '--(extra-)?index-url' -e '://files\.[a-z]+\.org/' \
		|| { echo "lint: the lines above name a package registry; write lock files with make lock"; exit 1; }

format: setup ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## write both requirement files anew from pyproject.toml, with hashes
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra local --extra dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.txt

clean: ## stop the servers and remove .venv, var and all data in it
	@if [ -x $(BIN)/python ]; then for data in var var/*; do if [ -d "$$data/run" ]; then \
		UPR_DATA_DIR="$$data" $(BIN)/python -m upr_tracker.localstack remove || exit 1; fi; done; fi
	@for folder in var $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache; do \
		if [ -e $$folder ]; then echo "removing $$folder"; rm -rf $$folder; fi; done
