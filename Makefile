# make demo   set everything up and run the main job
# make test   set everything up and pass all tests
# make check  lint, types, import contracts, tests
# make bench  benchmarks
# make evaluate  how good the diagnosis is, on simulated cases (EVALUATE=--quick for a first look)

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check lint bench evaluate clean

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("acsd needs Python 3.11 or later") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,check,evaluation]'
	touch $@

demo: $(READY)
	$(BIN)/acs demo $(DEMO)

test: $(READY)
	$(BIN)/pytest -n auto --dist loadfile $(TESTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(READY)
	$(BIN)/python -m tests.bench.sessions $(BENCH)
	$(BIN)/python -m tests.bench.kills $(BENCH)
	$(BIN)/python -m tests.bench.stops $(BENCH)
	$(BIN)/python -m tests.bench.storm $(BENCH)
	$(BIN)/python -m tests.bench.codec $(BENCH)
	$(BIN)/python -m tests.bench.hostile
	$(BIN)/python -m tests.bench.mutations
	$(BIN)/python -m tests.bench.polling
	$(BIN)/python -m tests.bench.api $(BENCH)

evaluate: $(READY)
	$(BIN)/python -m tests.bench.diagnosis $(EVALUATE)

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
