# Two commands on a machine that has Python 3.11+ and make: `make demo`, `make test`. The rest is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false

.PHONY: demo test install check static fix slow exhaustive docs clean lock

demo: install ## a synthetic Agen goes in, a ranked and explained list comes out
	@$(BIN)/lanterne demo --out demo

test: $(VENV)/.dev-installed ## the tests (under 10 minutes)
	@$(BIN)/python -m pytest -n 2 --dist loadscope

install: $(VENV)/.installed ## only installs, into .venv

check: static test ## one door: format, lint, types, imports, tests

static: $(VENV)/.dev-installed
	@echo "· format";  $(BIN)/ruff format --check --quiet .
	@echo "· lint";    $(BIN)/ruff check --quiet .
	@echo "· types";   $(BIN)/mypy --no-error-summary
	@echo "· imports"; $(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache

fix: $(VENV)/.dev-installed ## formats and mends what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

slow: $(VENV)/.dev-installed ## the long tests
	@$(BIN)/python -m pytest -m slow -n 2 --dist loadgroup

exhaustive: $(VENV)/.dev-installed ## half an hour of damaged files more, and a town on two workers of Spark: after changes of the ingest, of features, of pipelines/spark
	@$(BIN)/python -m pytest -m exhaustive -n 2 --dist load

docs: $(VENV)/.dev-installed ## writes the generated pages again
	@$(BIN)/python docs/generate.py

lock: ## resolves the two lock files again, with hashes and without hosts
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) demo runs

# --- installation: the virtual environment, the locked packages, the system packages that Python cannot bring (LightGBM: libgomp; WeasyPrint: Pango and HarfBuzz) ---

$(BIN)/python:
	@echo "· virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lanterne needs Python 3.11 or newer; this is $$($(PYTHON) --version)."; echo "Hint: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); $(MAKE) --no-print-directory apt PACKAGES=python3-venv && $(PYTHON) -m venv $(VENV); }

define install_locked
	@echo "· installing $$(grep -c '==' $(1)) locked packages from $(1) (one to three minutes)"
	@set -o pipefail; $(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r $(1) 2>&1 \
	  | awk '/^Collecting/ { n++; if (n % 20 == 0) { print "    " n " packages found"; fflush() } } /^Installing/ { print "    writing them"; fflush() } /ERROR|error:/ { print }'
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
endef

define system_library
	@ldconfig -p 2>/dev/null | grep -q "$(1)" || [ "$$(uname)" != Linux ] || $(MAKE) --no-print-directory apt PACKAGES=$(2)
endef

$(VENV)/.installed: SHELL := /bin/bash
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(call install_locked,requirements.lock)
	$(call system_library,libgomp.so.1,libgomp1)
	$(call system_library,libpango-1.0.so.0,libpango-1.0-0)
	$(call system_library,libpangoft2-1.0.so.0,libpangoft2-1.0-0)
	$(call system_library,libharfbuzz-subset.so.0,libharfbuzz-subset0)
	@touch $@

$(VENV)/.dev-installed: SHELL := /bin/bash
$(VENV)/.dev-installed: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(call install_locked,requirements-dev.lock)
	$(call system_library,libgomp.so.1,libgomp1)
	$(call system_library,libpango-1.0.so.0,libpango-1.0-0)
	$(call system_library,libpangoft2-1.0.so.0,libpangoft2-1.0-0)
	$(call system_library,libharfbuzz-subset.so.0,libharfbuzz-subset0)
	$(call system_library,libatomic.so.1,libatomic1)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || $(MAKE) --no-print-directory apt PACKAGES=postgresql
	@command -v java >/dev/null || $(MAKE) --no-print-directory apt PACKAGES=openjdk-17-jre-headless
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(MAKE) --no-print-directory apt PACKAGES=chromium
	@touch $(VENV)/.installed $@

.PHONY: apt
apt:
	@command -v apt-get >/dev/null || { echo "This machine lacks: $(PACKAGES)"; echo "Hint: install it with the system's package manager, then run make again."; exit 2; }
	@echo "· system packages: $(PACKAGES)"
	@$(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null
