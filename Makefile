# make            what there is
# make demo       a server with sample data, from nothing
# make check test what every change must pass

VENV ?= .venv
PYTHON ?= python3
# make test JUNIT=results.xml also writes the results there
JUNIT ?=
# make lock LOCK_FLAGS=--upgrade takes the newest versions of everything
LOCK_FLAGS ?=

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links $(LOCK_FLAGS)

SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-browser check check-format check-lint check-types check-imports \
	check-dependencies check-licences check-advisories sbom bench lock format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## run a server with sample data
	@$(BIN)/learner-tracking graphiql || true # the demo goes on without it, as it has just said
	$(BIN)/learner-tracking demo

test: $(INSTALLED_DEV) ## run the tests, on PostgreSQL too where TEST_POSTGRES_URL names one
	$(BIN)/python -m pytest -n auto -rfEs $(if $(JUNIT),--junitxml="$(JUNIT)")

test-browser: $(INSTALLED_DEV) ## try GraphiQL in a real Chromium, which has to be there
	$(BIN)/learner-tracking graphiql
	$(BIN)/python -m pytest tests/browser/graphiql_in_chromium.py

check: check-format check-lint check-types check-imports check-dependencies check-licences \
	check-advisories ## everything that needs no run

check-format: $(INSTALLED_DEV) ## is it formatted?
	$(BIN)/ruff format --check .

check-lint: $(INSTALLED_DEV) ## ruff, every rule
	$(BIN)/ruff check .

check-types: $(INSTALLED_DEV) ## mypy, strict
	$(BIN)/mypy

check-imports: $(INSTALLED_DEV) ## do imports point downwards?
	$(BIN)/lint-imports

check-dependencies: $(INSTALLED_DEV) ## is what is imported declared, and the reverse?
	$(BIN)/deptry .

check-licences: $(INSTALLED_DEV) ## may everything be used? pyproject.toml lists the licences
	@$(BIN)/pip-licenses --summary --order=count

check-advisories: $(INSTALLED_DEV) ## are faults known in what is locked? says so if it cannot ask
	@$(BIN)/python .ci/advisories.py

sbom: $(INSTALLED_DEV) ## write build/sbom.json, what the program is made of (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible --of JSON --output-file build/sbom.json

bench: $(INSTALLED_DEV) ## measure the workloads
	$(BIN)/python -m bench

lock: | $(BIN)/uv ## resolve the dependencies again
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

format: $(INSTALLED_DEV) ## format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment, caches and builds
	rm -rf "$(VENV)" build dist *.egg-info
	rm -rf .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: the locked versions by their hashes, then this tree itself, editable.

$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if $$python -c '$(SUITABLE)' >/dev/null 2>&1; then \
			echo "Creating $(VENV) with $$($$python --version)"; \
			exec $$python -m venv "$(VENV)"; \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed." >&2; \
	echo "Name yours with: make PYTHON=/path/to/python" >&2; \
	exit 1

$(INSTALLED): pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing into $(VENV)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@$(BIN)/python -m pip --disable-pip-version-check check || \
		{ echo "The lock is older than pyproject.toml: run make lock" >&2; exit 1; }
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@echo "Installing the tools of development into $(VENV)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(BIN)/uv:
	@$(MAKE) --no-print-directory $(INSTALLED_DEV)
