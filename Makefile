# Everything that a person runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := build/stamps
CATALOGUES := $(wildcard */locales/*/LC_MESSAGES/*.po) $(wildcard */*/locales/*/LC_MESSAGES/*.po)
UV := $(BIN)/uv --quiet
export PYTHONUTF8 = 1
# Compiled once at installation: commands start in half the time, also where nothing may be written later.
export UV_COMPILE_BYTECODE = 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo serve test pages bench fuzz coverage mutation errors check lint types lock translations clean faults

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMPS)/run  ## the whole journey, printed step by step (DEMO_LANG=fi|sv|en)
	@$(BIN)/python examples/journey.py

serve: $(STAMPS)/run  ## issuer and verifier with the demo data, until Ctrl-C; state stays in build/serve
	@exec $(BIN)/python examples/serve.py

test: $(STAMPS)/dev $(STAMPS)/tools  ## set up all that tests need, then run every check and test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

pages: $(STAMPS)/dev $(STAMPS)/tools  ## screenshots of every page in three languages, under docs/pages
	$(BIN)/python -m tests.browser.pictures

bench: $(STAMPS)/bench $(STAMPS)/tools  ## speed of the core beside its limits and its peers: JSON lines, then a table
	$(BIN)/python -m tests.benchmarks

fuzz: $(STAMPS)/dev  ## every parser of the core against thousands of inputs that nobody meant, new ones at each run
	TODISTE_FUZZ=$${TODISTE_FUZZ:-2000} $(BIN)/python -m pytest -n 2 tests/fuzz

coverage: $(STAMPS)/dev  ## which lines and branches of the core its own tests reach; fails under 98 %
	$(BIN)/python -m coverage run --source=openid4vc -m pytest tests/openid4vc tests/properties
	$(BIN)/python -m coverage report --fail-under=98

mutation: $(STAMPS)/mutation  ## change the core in thousands of small ways and see that a test notices each; takes hours
	$(BIN)/python -m tests.mutation

errors: $(STAMPS)/dev  ## print docs/errors.md from the catalogues
	$(BIN)/python -m tests.errors

faults: $(STAMPS)/dev $(STAMPS)/tools  ## rows with rounds and counts in full, instead of a tenth
	TODISTE_FULL_COUNTS=1 $(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

check: $(STAMPS)/dev  ## lint and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

translations: $(STAMPS)/dev  ## compile the catalogues
	$(BIN)/python hatch_build.py

lock: $(STAMPS)/uv  ## resolve requirements/*.in into hashed requirements/*.txt, without index addresses
	cd requirements && for name in dev build run mutation bench uv; do \
	  ../$(UV) pip compile --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    $$( case $$name in dev|bench|uv) ;; *) echo -c dev.txt ;; esac ) $$name.in -o $$name.txt >/dev/null || exit 1; done

clean:  ## remove everything that the other targets made
	rm -rf $(VENV) build

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; say which one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/uv: requirements/uv.txt | $(STAMPS)/python
	@echo "Making a virtual environment in $(VENV) …"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(STAMPS)/run: requirements/build.txt pyproject.toml hatch_build.py $(CATALOGUES) $(STAMPS)/uv
	@echo "Installing $$(grep -c '^[a-z].*==' requirements/build.txt) packages from the hashed lock …"
	@$(BIN)/uv pip install --require-hashes -r requirements/build.txt --python $(BIN)/python 2>&1 | sed 's/^/  /'
	@$(UV) pip install --no-deps --no-build-isolation -e . --python $(BIN)/python
	@$(BIN)/python hatch_build.py
	@$(BIN)/python -m compileall -q openid4vc credential_schemas web_service issuer verifier wallet_cli
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	@echo "Installing what tests need from the hashed lock …"
	@$(UV) pip install --require-hashes -r requirements/dev.txt --python $(BIN)/python
	@touch $@

$(STAMPS)/mutation: requirements/mutation.txt $(STAMPS)/dev
	@$(UV) pip install --require-hashes -r requirements/mutation.txt --python $(BIN)/python
	@touch $@

# A folder of its own: tests run under the newer Node.
$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/dev
	@$(UV) pip install --require-hashes -r requirements/bench.txt --target build/reference-node --python $(BIN)/python
	@touch $@

$(STAMPS)/tools: tests/tools.py tests/node/package-lock.json $(STAMPS)/dev
	@$(BIN)/python tests/tools.py
	@touch $@
