# The portal in a few words:  make run · make test · make check · make bench · make soak · make demo-reset
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
export PORT

.PHONY: run test check bench soak demo-reset translations assets setup setup-test format golden

run: setup
	@$(BIN)/python -m portal.serve start --port $(PORT)

setup: .venv/.run node_modules/.installed static/build/manifest.json translations/zh_Hans_CN/LC_MESSAGES/messages.mo

.venv/bin/python:
	@echo "· virtual environment"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements/run.lock pyproject.toml
	@echo "· Python packages, locked and hash-checked"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/python scripts/install_portal.py
	@touch $@

.venv/.test: .venv/.run requirements/test.lock
	@echo "· packages for tests"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.lock
	@touch $@

node_modules/.installed: .venv/.run package-lock.json
	@echo "· front-end packages"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

ASSET_SOURCES := $(shell find static/css static/js static/img -type f 2>/dev/null) scripts/build_assets.py
static/build/manifest.json: node_modules/.installed $(ASSET_SOURCES)
	@echo "· styles, scripts, icons"
	@$(BIN)/python scripts/build_assets.py >/dev/null
	@touch $@

translations/zh_Hans_CN/LC_MESSAGES/messages.mo: .venv/.run $(wildcard translations/zh_Hans_CN/*.po) portal/catalogues.py
	@echo "· translations"
	@$(BIN)/python -m portal.catalogues compile

translations: translations/zh_Hans_CN/LC_MESSAGES/messages.mo

setup-test: setup .venv/.test
	@sh scripts/install_browser.sh

test: setup-test
	@$(BIN)/python scripts/run_tests.py

check: setup .venv/.test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
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

demo-reset: setup
	@$(BIN)/portal demo reset
