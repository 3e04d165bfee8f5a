# make run: the product with its demo. Everything else: docs/operations.md, CONTRIBUTING.md.
SHELL = /bin/sh
VENV ?= .venv
export VENV HOST PORT VAR_DIR PYTHON
PY = $(VENV)/bin/python
BOOTSTRAP = python=$$(sh scripts/find-python.sh) || exit 2; exec "$$python" scripts/bootstrap.py

.PHONY: run test test-all bench dev install check messages requirements licences clean

run: ## start the product with the demo of an invented province
	@$(BOOTSTRAP) run

test: dev ## the suite on SQLite and PostgreSQL, at most ten minutes
	@$(PY) -m tests.suite $(ARGS)

test-all: dev ## everything, with the long tests; writes docs/figures/test-all.md
	@$(PY) -m tests.suite --all $(ARGS)

bench: dev ## measure; writes docs/figures/
	@$(PY) -m benchmarks $(ARGS)

check: dev ## what .ci/run asks before the tests
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run

dev: ## the environment for work and tests
	@$(BOOTSTRAP) dev

install: ## the environment of a real office (docs/operations.md)
	@sh scripts/install.sh

messages: dev ## collect our texts into config/locale/en, compile both catalogues (needs gettext)
	@$(PY) manage.py makemessages --locale en --add-location file --no-obsolete --ignore '.venv' --ignore var --ignore tests
	@$(PY) manage.py compilemessages --locale vi --locale en --ignore '.venv' --ignore var

requirements: ## compile requirements/*.in again to hashed pins for Python 3.11-3.13
	@sh scripts/compile-requirements.sh

licences: dev ## write docs/licences.md
	@$(PY) scripts/licences.py

clean: ## caches only; var/ is data and stays
	@rm -rf .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis
