# Needs make and Python >= 3.11; everything else goes into .venv, made on first use.

VENV := .venv
PYTHON := $(VENV)/bin/python
DEMO_READY := $(VENV)/.ready-demo
WORK_READY := $(VENV)/.ready-work
INSTALL := $(PYTHON) -m pip install --disable-pip-version-check --quiet

# What is promised to the last branch; `make test` refuses less than 100 %.
FULLY_COVERED := sentori_async/wire/*,sentori_async/platforms/*,sentori_async/errors.py
# How a platform's contacts are moved is shown by moving them, and not branch by branch.
NOT_PROMISED := sentori_async/platforms/*/migration.py

.DEFAULT_GOAL := help
.PHONY: help demo test check bench format clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(DEMO_READY) ## Watch a messy CSV of contacts arrive in a local account
	@$(VENV)/bin/sentori demo

test: $(WORK_READY) ## Run every test, on all cores, then check the branches that must all be covered
	@rm -f .coverage .coverage.*
	@COVERAGE_PROCESS_START=pyproject.toml $(PYTHON) -m pytest --numprocesses=auto --dist=worksteal
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage report --include='$(FULLY_COVERED)' --omit='$(NOT_PROMISED)' \
	  --fail-under=100

check: $(WORK_READY) ## Run the static checks: lint, format, types, generated code
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/pyright
	$(PYTHON) -m tests.mirror --check

bench: $(WORK_READY) ## Compare this SDK with bare loops and other clients
	@$(PYTHON) -m benchmarks

format: $(WORK_READY) ## Format the code and mend what the linter can
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

clean: ## Remove the environments and every cache
	rm -rf .venv .venv-oldest .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps: a demo need not wait for the tools of those who work on the project.

$(DEMO_READY): pyproject.toml | $(PYTHON)
	@echo "Installing the package into $(VENV) ..."
	@$(INSTALL) --editable '.[all]'
	@touch $@

$(WORK_READY): pyproject.toml | $(PYTHON)
	@echo "Installing the package and the tools into $(VENV) ..."
	@$(INSTALL) --editable '.[all,test,bench,dev]'
	@touch $@ $(DEMO_READY)

$(PYTHON):
	@for candidate in $(or $(PYTHON3),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$($$candidate --version) ..."; \
	    $$candidate -m venv --clear $(VENV) && exit 0; \
	    echo "$$candidate has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    rm -rf $(VENV); exit 1; \
	  fi; \
	done; \
	echo "No Python >= 3.11 here; install one, or name it: make PYTHON3=/path/to/python3" >&2; \
	exit 1
