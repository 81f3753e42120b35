# Everything from a bare checkout with Python 3.11 and make: `make run`, `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NO_MKDOCS_2_WARNING := 1

.PHONY: run test setup check fast e2e screenshots docs lock migration clean

run: setup            ## the platform with the example plant, until Ctrl-C
	$(BIN)/fangwei up --site sites/battery_plant --sim

test: setup check fast e2e   ## everything that must hold

setup: $(VENV)/.installed src/fangwei/web/index.html

# The stamp is written last: an interrupted installation is done again.
$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	touch $@

WEB := $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)
src/fangwei/web/index.html: $(VENV)/.installed $(WEB)
	$(BIN)/python web/build.py
	touch $@

check: setup          ## style, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build -q

fast: setup           ## decisions and rooms
	$(BIN)/pytest -n 2 --dist loadfile tests --ignore tests/e2e
	$(BIN)/python web/build.py test

e2e: setup            ## the running platform: processes killed, browser
	$(BIN)/pytest tests/e2e

docs: setup           ## the documentation as a site: build/site/index.html
	$(BIN)/mkdocs build

screenshots: setup    ## every main page in both languages and themes, into build/screenshots
	$(BIN)/python -m tests.e2e.screenshots

lock:                 ## remake requirements.lock from pyproject.toml
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra test --generate-hashes --no-emit-index-url --universal \
	  --python-version 3.11 --no-header -q -o requirements.lock

migration: setup      ## a new migration from a room's models: make migration room=alarms m="why"
	$(BIN)/python -m fangwei.host.migration "$(room)" "$(m)"

clean:                ## everything made, but not data/
	rm -rf $(VENV) src/fangwei/web web/node_modules
