.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
SEATMATE := $(PYTHON) -m desk

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

environments:
	@bash scripts/make_venv.sh desk
	@bash scripts/make_venv.sh bot

setup: environments ## both environments, encoder, database, corpus, trained bot
	@$(SEATMATE) setup

run: environments ## everything `setup` does, then the desk and the bot until Ctrl-C
	@exec $(SEATMATE) run

train: environments ## train the bot if its inputs changed
	@$(SEATMATE) bot train

test: setup ## every test; those of Chromium and of npm are skipped where it is missing
	@bash scripts/fetch_emulators.sh
	@$(PYTHON) -m pytest -n 2 --dist loadfile

rehearse: environments ## play the scripted customers of tests/rehearsals against the running centre
	@$(SEATMATE) rehearse

check: environments ## what CI checks besides tests: format, lint, types, arrows
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

fix: environments ## format and safe fixes
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

chaos: setup ## customers on Telegram while desk and bot are killed; fails when anything is lost (about 20 minutes)
	@$(PYTHON) -m tests.chaos.run

bench: setup ## every ratio in benchmarks/
	@$(PYTHON) -m benchmarks.chat_turn
	@$(PYTHON) -m benchmarks.long_talk
	@$(PYTHON) -m benchmarks.search_scale
	@$(PYTHON) -m benchmarks.tickets_owed
	@$(PYTHON) -m benchmarks.suggestions
	@$(PYTHON) -m benchmarks.desk_pages
	@$(PYTHON) -m benchmarks.etiquette
	@$(PYTHON) -m benchmarks.swap

migration: environments ## m="what changes": a new database revision
	@$(PYTHON) -m scripts.migration "$(m)"

lock: ## make requirements/*.lock anew (needs a package registry)
	@bash scripts/lock.sh

hooks: environments ## install the pre-commit hooks
	@.venv/bin/pre-commit install

.PHONY: help environments setup run train test rehearse check fix chaos bench migration lock hooks
