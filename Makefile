# Kezek. `make help` lists what there is. Each command first sees to what it needs:
# the environment in .venv, the locked requirements, and (for tests) the system's browser and PostgreSQL.

BIN := .venv/bin
ARGS ?=
# One more than there are processors: many a test waits for a server, a browser or a database.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))
QUICK := $(addprefix tests/,domain app api web crypto i18n tidy docs ledger storage/sqlite storage/test_reader.py storage/test_tree.py)
SEEDS ?= 1000
KILLS ?= 30
FAILOVERS ?= 20

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Hundreds of processes are started here, and each would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install demo test quick check warm rehearse rig ha bench fmt clean browser wrk postgresql systemd patroni faketime

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: .venv/run.stamp ## the product alone, in .venv, from the locked versions

demo: .venv/run.stamp ## a live network of real checkpoints on one port (ARGS="--help" shows the options)
	$(BIN)/kezek demo $(ARGS)

test: .venv/test.stamp browser postgresql systemd faketime ## every check and every test (ARGS="-k booking" narrows it)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync check warm
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

quick: .venv/test.stamp ## rules, use cases, one store, API and pages in process, house rules: minutes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(QUICK) $(ARGS)

check: .venv/test.stamp ## style, types and the order of the rings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

warm: .venv/test.stamp
	$(BIN)/kezek warm

rehearse: .venv/test.stamp ## play the whole product against bad luck from seeds (SEEDS=100000 for a night)
	$(BIN)/python -m tests.rehearsal --seeds $(SEEDS) $(ARGS)

rig: .venv/test.stamp postgresql faketime ## break real servers and databases under load, then judge them (KILLS=1000 for a night)
	$(BIN)/python -m tests.rig --kills $(KILLS) $(ARGS)

ha: .venv/test.stamp postgresql patroni ## fail the primary of three under load (FAILOVERS=3 is short); needs root
	$(BIN)/python -m tests.ha --failovers $(FAILOVERS) $(ARGS)

bench: .venv/test.stamp wrk ## measure; writes build/bench.json
	@mkdir -p build
	$(BIN)/python -m tests.bench $(ARGS)

fmt: .venv/test.stamp ## put the code into the house's form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

clean: ## forget the environment and what the tools wrote; databases stay
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run.stamp .venv/test.stamp: .venv/%.stamp: requirements/%.txt pyproject.toml
	@tools/environment.sh $*

browser:
	@tools/need.sh chromium chromium

# A library, loaded into the servers of the rig so that their clock can be set.
faketime:
	@tools/need.sh faketime faketime

wrk:
	@tools/need.sh wrk wrk

# Only its programs are used: tests start a server of their own.
postgresql:
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || tools/need.sh "" postgresql

patroni:
	@tools/need.sh etcd etcd-server
	@tools/need.sh ip iproute2
	@tools/need.sh patroni patroni

# Only its checker of units is used.
systemd:
	@tools/need.sh systemd-analyze systemd
