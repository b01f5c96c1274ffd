# What can be done here; `make` alone lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check types style contracts format bench constraints clean servers dashboards

# The first one here that is 3.11 or later and can make virtual environments; PYTHON=... names another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
VENV := .venv
RUN := $(VENV)/bin
ARGS ?=

help: ## This list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## The whole chain on simulated instruments; INFLUX=1: with a real mosquitto and InfluxDB.
	@exec $(RUN)/nhipdo demo $(if $(INFLUX),--influx) $(ARGS)

test: $(VENV)/test.stamp servers ## Every test, against real servers; ARGS="tests/drivers -x" for some.
ifeq ($(strip $(ARGS)),)
	$(RUN)/python -m pytest -n auto --dist loadfile --ignore=tests/system
	$(RUN)/python -m pytest -n 2 tests/system
else
	$(RUN)/python -m pytest $(ARGS)
endif

check: $(VENV)/test.stamp ## What a program can see in the code, then every test.
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target types style contracts servers
	@$(MAKE) --no-print-directory test

types: $(VENV)/test.stamp ## What mypy says.
	$(RUN)/mypy

style: $(VENV)/test.stamp ## What ruff says: layout and lint.
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

contracts: $(VENV)/test.stamp ## Who imports whom, held to the layers.
	$(RUN)/lint-imports --no-logo

format: $(VENV)/test.stamp ## Lay the code out, and mend what can be mended without thought.
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

bench: $(VENV)/bench.stamp servers ## What the chain, a month of OEE and metrology cost: CPU seconds, peak memory; takes minutes.
	$(RUN)/python benchmarks/oee.py
	$(RUN)/python benchmarks/metrology.py
	$(RUN)/python benchmarks/chain.py $(ARGS)

dashboards: $(VENV)/test.stamp ## Write Grafana's dashboards and alert rules anew from dashboards/grafana/*.py.
	@$(RUN)/python -m dashboards.grafana.build

constraints: ## Write constraints.txt anew from what pip finds today.
	@$(PYTHON) .ci/constraints.py

clean: ## Remove what was made here: environment, caches, the demo's files.
	rm -rf $(VENV) .demo .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

servers: $(VENV)/test.stamp ## Fetch the real servers that the tests start.
	@$(RUN)/python .ci/servers.py

# Installed again only when what is wanted has changed; the code itself is used where it stands.
$(VENV)/demo.stamp: pyproject.toml constraints.txt .ci/install.py
	@$(PYTHON) .ci/install.py $(VENV) edge,gateway,dcc,documents,xml-signature,demo

$(VENV)/test.stamp: pyproject.toml constraints.txt .ci/install.py
	@$(PYTHON) .ci/install.py $(VENV) edge,gateway,demo,test --where-wheels second-opinion

$(VENV)/bench.stamp: pyproject.toml constraints.txt .ci/install.py
	@$(PYTHON) .ci/install.py $(VENV) edge,gateway,demo,test,bench --where-wheels second-opinion
