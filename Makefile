# mckconsole: everything needs only make and Python 3.11 or newer.
#
#   make demo    open the console over the embedded fleet; without a terminal, print its report
#   make test    formatting, lint, types, layers and all tests, in WORKERS=4 processes
#   make check   the same without the tests
#   make bench   benchmarks: ratios side by side (minutes)
#   make screenshots   the pictures of the README, from the demo (a minute)
#   make venv    only set the environment up
#   make clean   remove what was built

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3.14 python3))
WORKERS ?= 4
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: demo test check bench screenshots venv clean

# The demo has planted failures and one dead cluster: what cannot be read is part of the report.
demo: $(STAMP)
	@if [ -t 0 ] && [ -t 1 ]; then \
		$(BIN)/mckconsole --demo; \
	else \
		$(BIN)/mckconsole report --demo --allow-partial; \
	fi

# Many tests wait for silent servers, not for the processor: several processes share the cores well.
# Screens are tested in real time, so what fails beside the others is tried once more, alone: it has
# to pass there.
test: check
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal || \
		$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=.:widgets $(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

screenshots: $(STAMP)
	$(BIN)/python -m tests.ui.screenshots docs/screenshots

venv: $(STAMP)

# Versions are pinned by constraints.txt; the package itself is installed in place.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "mckconsole needs Python 3.11 or newer; none was found" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("mckconsole needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) with $(PYTHON) (once)" >&2
	@$(PYTHON) -m venv --clear $(VENV) >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[test]' >&2
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
