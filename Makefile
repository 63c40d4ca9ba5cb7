# make up      try it: everything embedded, a demo venue            make check   what we call green
# make setup   only install, leaves .venv/bin/maitred               make lint    the fast part of check
# make test    install what the tests need and run them             make clean   remove what make made
#
# make newcomer  both commands on bare Debian systems made on the spot   make clocks  the tests at awkward hours (slow)
#
# Needs Python 3.11 or newer with venv, git and make; nothing else of this machine is used. Bare Debian or Ubuntu:
#   apt-get install --no-install-recommends git make python3 python3-venv ca-certificates
# UP="--port 9000" and TESTS="tests/unit -k lock" pass options on; PYTHON=/path/to/python chooses one.

.DEFAULT_GOAL := setup
.PHONY: setup up test check lint newcomer clocks lock texts pictures client proof-backfill proof-messages proof-waitlist \
	proof-refusals clean
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
CODE := src tests benchmarks tools hatch_build.py
UP ?= --demo
TESTS ?=
BROWSER_TESTS := $(wildcard tests/browser/test_*.py)

setup: $(VENV)/.installed

up: setup
	@exec $(BIN)/maitred up $(UP)

test: setup $(VENV)/.dev $(if $(BROWSER_TESTS),$(VENV)/.browser)
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(TESTS)

check: lint test

lint: setup $(VENV)/.dev
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# -- what is installed: every file is pinned by its hash, the project itself has nothing left to resolve ----------------

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "maitred needs Python 3.11 or newer; none was found (PYTHON=/path/to/python)." \
		"On Debian and Ubuntu:  apt-get install python3 python3-venv"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu:  apt-get install python3-venv"; exit 1; } >&2
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt | $(VENV)/.created
	@$(PIP) install --no-deps --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.runtime
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) install --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# Debian's own Chromium comes with the libraries it needs; Playwright's is for everybody else. The driver of Playwright
# brings a Node that needs libatomic, which a bare system lacks.
$(VENV)/.browser: $(VENV)/.dev
	@missing=; command -v chromium >/dev/null || missing=" chromium"; \
	$(BIN)/python -m playwright --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing for the browser tests:$$missing"; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } </dev/null >/dev/null; \
	else $(BIN)/python -m playwright install chromium || { \
		echo "The browser tests need Chromium and what it needs. On Debian and Ubuntu:  apt-get install$$missing"; exit 1; } >&2; fi
	@$(BIN)/python -m playwright --version >/dev/null
	@touch $@

# -- for maintainers ---------------------------------------------------------------------------------------------------

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

# Of django-htmx only the scripts inside are wanted (hatch_build.py), so Django stays out; hence --no-deps above.
# Renew the pins after pyproject.toml or requirements/build.in changed (`make lock LOCK_ARGS=--upgrade`); needs uv.
lock:
	@$(LOCK) $(LOCK_ARGS) pyproject.toml -o requirements/runtime.txt
	@$(LOCK) $(LOCK_ARGS) pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	@$(LOCK) $(LOCK_ARGS) requirements/build.in -c requirements/dev.txt -o requirements/build.txt \
		$(foreach package,django asgiref sqlparse,--no-emit-package $(package))

# A solver proves each refusal of the real nights; `make test` proves every fourth.
proof-refusals: setup $(VENV)/.dev
	@MAITRED_PROOF=1 $(BIN)/python -m pytest -q tests/unit/test_explanations_true.py

# Bring the catalogues of src/maitred/texts/locales in step with the sources; says what is left to translate.
texts: setup $(VENV)/.dev
	@$(BIN)/python tools/texts.py

# Both commands of README, word for word, on bare Debian 12 and 13 (DEBIAN=13 and TESTS=... choose). Needs root and debootstrap.
newcomer:
	@TESTS='$(TESTS)' tools/newcomer $(DEBIAN)

# The tests at awkward hours in other zones, for every process they start; slow (CLOCKS="first leap-day-auckland" and TESTS=...
# choose, CLOCKS=--list lists). Needs a C compiler.
clocks: setup $(VENV)/.dev $(VENV)/.browser
	@command -v cc >/dev/null || { echo "make clocks needs a C compiler. On Debian and Ubuntu:  apt-get install gcc libc6-dev"; exit 1; } >&2
	@TESTS='$(TESTS)' $(BIN)/python tools/clocks.py $(CLOCKS)

# Take the pictures of docs/screens.md anew.
pictures: setup $(VENV)/.dev $(VENV)/.browser
	@MAITRED_PICTURES=1 $(BIN)/python -m pytest -q tests/browser/test_ops_pictures.py

# Generate the client of examples/python-client anew from our OpenAPI. The generator is a tool of this target alone.
client: setup $(VENV)/.dev
	@test -x $(VENV)/client/bin/openapi-python-client || { $(BIN)/python -m venv $(VENV)/client && \
		$(VENV)/client/bin/python -m pip install --quiet openapi-python-client==0.29.1; }
	@PATH="$(CURDIR)/$(VENV)/client/bin:$$PATH" $(BIN)/python tools/client.py $(CLIENT_ARGS)

# 10,000 bookings of a previous system, killed twenty times on the way (docs/backfill.md).
proof-backfill: setup $(VENV)/.dev
	@MAITRED_PROOF=1 $(BIN)/python -m pytest -q tests/integration/test_backfill.py -k killed --durations=1

# Kills the worker two hundred times while it tells guests; `make test` does ten.
proof-messages: setup $(VENV)/.dev
	@MAITRED_PROOF=1 $(BIN)/python -m pytest -q -s tests/integration/test_messages_killed.py

# Fifty workers killed while they serve the waitlist.
proof-waitlist: setup $(VENV)/.dev
	@MAITRED_PROOF_KILLS=50 $(BIN)/python -m pytest tests/integration/test_waitlist.py -k killed

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
