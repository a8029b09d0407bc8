# One task runner, for people and for CI. `make help` says what there is.
# Needs git, make and Python 3.11 or later; another interpreter: make setup PYTHON=python3.13

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1

# uv where it has a wheel for this platform, else pip with the same hashed files (about two minutes instead of ten seconds)
# Byte code now, as pip does too: where PYTHONDONTWRITEBYTECODE is set, each of the demo's processes would else compile its own.
install = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1); \
          else $(BIN)/python -m pip install --quiet $(1); fi
compile = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
          --generate-hashes --no-emit-index-url --no-emit-find-links $(ARGS)

# Thousands of small databases wait for no disk where a file system in memory has 4 GB; elsewhere they stay in /tmp.
MEMORY = $(shell df --output=avail /dev/shm 2>/dev/null | awk 'NR > 1 && $$1 > 4000000 {print "TMPDIR=/dev/shm"}')

.PHONY: help setup demo test test-spark lint bench chaos lock clean chromium java nginx
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev chromium ## make .venv with everything that demo, test and lint need

demo: $(VENV)/.project ## the demonstration federation, served on a local port (ARGS="--once --json")
	$(BIN)/rrma-hub demo $(ARGS)

test: setup ## every test (ARGS="-k harvest")
	$(MEMORY) $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m 'not spark' $(ARGS)

test-spark: $(VENV)/.spark java ## matching on Spark, by two executor processes; by itself, for it takes both cores
	$(BIN)/python -m pytest -m spark $(ARGS)

lint: $(VENV)/.dev ## style, types, shell scripts, and no registry named in the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/shellcheck .ci/run $(wildcard deploy/*.sh deploy/*/*.sh)
	@! grep -nE 'https?://' requirements/*.txt || { echo 'requirements/ names a host: run make lock'; exit 1; }

bench: $(VENV)/.dev ## the measured ratios
	$(BIN)/python -m tests.benchmarks $(ARGS)

chaos: $(VENV)/.dev ## a thousand simulated years, fifty killed processes a database; hours (ARGS="--seeds 20 --nights 60")
	$(MEMORY) $(BIN)/python -m tests.chaos $(ARGS)
	$(MEMORY) RRMA_CHAOS_KILLS=50 $(BIN)/python -m pytest tests/chaos/test_kill.py

lock: $(VENV)/.python ## compile requirements/ from pyproject.toml (ARGS=--upgrade for newer versions)
	$(compile) --group bootstrap -o requirements/bootstrap.txt >/dev/null
	$(compile) --group build pyproject.toml -o requirements/runtime.txt >/dev/null
	$(compile) --group dev --extra postgres -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt >/dev/null
	$(compile) --extra spark -c requirements/dev.txt pyproject.toml -o requirements/spark.txt >/dev/null

clean: ## remove the environment and everything generated
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Each stamp is newer than what it was made from, so nothing is installed twice.

$(VENV)/.python: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or later is needed: make setup PYTHON=python3.13, where that is installed'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python cannot make environments: apt-get install python3-venv (as root), then again'; exit 1; }
	@echo 'making $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/bootstrap.txt || \
		echo 'uv has no wheel for this platform: pip installs instead, more slowly'
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements/runtime.txt
	@echo 'installing requirements/runtime.txt'
	@$(call install,--require-hashes -r requirements/runtime.txt)
	@touch $@

$(VENV)/.project: $(VENV)/.runtime pyproject.toml
	@$(call install,--no-build-isolation --no-deps --editable .)
	@touch $@

$(VENV)/.dev: $(VENV)/.project requirements/dev.txt
	@echo 'installing requirements/dev.txt'
	@$(call install,--require-hashes -r requirements/dev.txt)
	@touch $@

# pyspark comes as source only; setuptools, which builds it, is in requirements/runtime.txt
$(VENV)/.spark: $(VENV)/.dev requirements/spark.txt
	@echo 'installing requirements/spark.txt'
	@$(call install,--no-build-isolation --require-hashes -r requirements/spark.txt)
	@touch $@

# Missing all the same? The tests that need it say so, and fail where CI=true.
apt = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)

chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { $(call apt,chromium fonts-dejavu-core); } || \
		echo '*** Chromium is missing: the portal is NOT tested in a browser. As root: apt-get install chromium ***'

java:
	@command -v java >/dev/null || [ -x "$(JAVA_HOME)/bin/java" ] || { $(call apt,default-jre-headless); } || \
		echo '*** Java is missing: Spark is NOT tested. As root: apt-get install default-jre-headless ***'

# Not part of setup: where it is installed it would serve on port 80. CI asks for it.
nginx:
	@[ -n "$$(PATH=$$PATH:/usr/sbin command -v nginx)" ] || { $(call apt,nginx-light); } || \
		echo '*** nginx is missing: its example is NOT tested. As root: apt-get install nginx-light ***'
