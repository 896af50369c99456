# The portal in a few words:  make run · make test · make check · make bench · make soak · make demo-reset
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes
# uv takes a sixth of pip's time; where it cannot reach the registry as pip is set up to, pip does it.
INSTALL = install() { $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $$1 || $(PIP) -r $$1; }; install
CATALOGUE := translations/zh_Hans_CN/LC_MESSAGES/messages.mo
export PORT
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench soak demo-reset translations setup setup-test format golden locks

run: setup
	@$(BIN)/python -m portal.serve start --port $(PORT)

# --- setting up: each step leaves a stamp, and is not repeated until what it reads has changed

setup: .venv/.run node_modules/.installed static/build/manifest.json $(CATALOGUE)

.venv/bin/python:
	@echo "· virtual environment"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is needed (Debian: apt-get install python3-venv)."; exit 1; }

.venv/.installer: .venv/bin/python requirements/installer.lock
	@$(PIP) -r requirements/installer.lock
	@touch $@

.venv/.run: .venv/.installer requirements/run.lock scripts/install_portal.py
	@echo "· Python packages, locked and hash-checked"
	@$(INSTALL) requirements/run.lock
	@$(BIN)/python scripts/install_portal.py
	@touch $@

.venv/.test: .venv/.run requirements/test.lock
	@echo "· packages for tests"
	@$(INSTALL) requirements/test.lock
	@touch $@

node_modules/.installed: package-lock.json | .venv/.run
	@echo "· front-end packages"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# The icons in use are read from the names that templates and Python code mention.
PACKAGES := kernel member staff homes points payments events service_requests portal
ASSET_SOURCES := $(shell find static/css static/js static/img templates $(PACKAGES) -name '*.pyc' -prune -o -type f -print 2>/dev/null)
static/build/manifest.json: node_modules/.installed scripts/build_assets.py $(ASSET_SOURCES)
	@echo "· styles, scripts, icons"
	@$(BIN)/python scripts/build_assets.py >/dev/null
	@touch $@

$(CATALOGUE): $(wildcard translations/zh_Hans_CN/*.po) portal/catalogues.py | .venv/.run
	@echo "· translations"
	@$(BIN)/python -m portal.catalogues compile

translations: $(CATALOGUE)

setup-test: setup .venv/.test
	@sh scripts/install_browser.sh

# --- judging

test: setup-test
	@$(BIN)/python scripts/run_tests.py

check: setup .venv/.test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . >/dev/null || { echo "Not formatted: make format does it."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m portal.catalogues check
	@$(BIN)/pytest -q -p no:cacheprovider tests/architecture

format: .venv/.test
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

golden: setup-test
	@$(BIN)/pytest -q tests/test_access.py --update-golden

bench: setup-test
	@$(BIN)/python -m benchmarks.run

soak: setup-test
	@$(BIN)/python -m benchmarks.soak

# --- keeping

demo-reset: setup
	@$(BIN)/portal demo reset

# New versions: the locks hold hashes and no address.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11
locks: .venv/.installer
	@$(LOCK) -o requirements/installer.lock requirements/installer.in
	@$(LOCK) -o requirements/run.lock requirements/run.in
	@$(LOCK) -c requirements/run.lock -o requirements/test.lock requirements/test.in
