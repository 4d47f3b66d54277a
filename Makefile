# Yidao's habits as commands; `make` alone lists them. It works with GNU make 3.81 (macOS) and newer.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# What may be set on the command line: make run PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
# PyTorch's wheels without CUDA; a mirror of it may be named instead.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# Where an NVIDIA card answers, torch comes with CUDA; `make run GPU=` takes the CPU build all the same.
GPU ?= $(shell nvidia-smi >/dev/null 2>&1 && echo yes)
# More arguments for the command behind a target: make test ARGS="-k fusion"
ARGS ?=

# Folders of question sets in BEIR's layout, for make bench-peers
SETS ?=

BIN := $(VENV)/bin
PEERS := .venv-peers
# Errors only: older pips warn of things that nobody here can mend.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
QUIET := -qq
# One truth for the version: the lock.
TORCH := $(shell grep '^torch==' requirements.lock)

INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_PEERS := $(PEERS)/.installed

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- for everyone -------------------------------------------------------------------------------

.PHONY: run
run: $(INSTALLED) ## start the bot: on Telegram with YIDAO_BOT_TOKEN set, else here in the terminal
	@$(BIN)/yidao-bot run $(ARGS)

.PHONY: samples
samples: $(INSTALLED) ## load the sample summaries and courses, for trying it out
	@$(BIN)/yidao-index samples $(ARGS)

# ---- for whoever changes it ---------------------------------------------------------------------

.PHONY: test
test: $(INSTALLED_DEV) ## run every test, without a network (ARGS="-k fusion" for some)
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -q $(ARGS)

.PHONY: check
check: $(INSTALLED_DEV) ## lint, format, types and layers; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: fix
fix: $(INSTALLED_DEV) ## mend what the linter can mend, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(INSTALLED) ## measure speed, memory and size, with up to a million passages (ARGS="--sizes 10000" for fewer)
	@$(BIN)/yidao-index bench $(ARGS)

# The peers live in an environment of their own; what they are asked with is exported by ours, measured in the same run.
.PHONY: bench-peers
bench-peers: $(INSTALLED) $(INSTALLED_PEERS) ## compare with four other systems, on SETS="DIR ..." or on the samples
	@rm -rf $(PEERS)/sets $(PEERS)/exports
	@sets=`$(PEERS)/bin/python -m benchmarks.peers sets $(PEERS)/sets $(SETS)` && \
	  OMP_NUM_THREADS=1 $(BIN)/yidao-index evaluate $$sets --export $(PEERS)/exports
	@OMP_NUM_THREADS=1 $(PEERS)/bin/python -m benchmarks.peers compare $(PEERS)/exports $(ARGS)

.PHONY: eval
eval: $(INSTALLED) ## answer the questions in benchmarks/ from the samples; fails below a floor
	@$(BIN)/yidao-index evaluate --own $(ARGS)

# build/ is where setuptools gathers files; a file deleted from the source would live on in it.
.PHONY: wheel
wheel: $(INSTALLED_DEV) ## build the wheel into dist/
	@rm -rf build dist
	@$(BIN)/python -m build --quiet --wheel --no-isolation --outdir dist .
	@rm -rf build
	@ls dist/*.whl

# Universal: one file for every system and Python, with markers. The CUDA packages are left out because torch itself
# pins them where it wants them, and nobody else should ever be asked to weigh them.
UV_COMPILE = uv pip compile --universal --python-version 3.11 --fork-strategy fewest --upgrade --no-config \
	--no-header --no-annotate --quiet pyproject.toml
NOT_CUDA = grep -vE '^(nvidia-|cuda-|triton==)'

.PHONY: lock
lock: ## renew both locks from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed to renew the locks: pip install uv" >&2; exit 1; }
	@$(UV_COMPILE) --extra ocr >lock.new
	@{ echo "# What is installed: the whole closure, for every system; constraints for pip (-c). Renewed by: make lock"; \
	   $(NOT_CUDA) lock.new; } >requirements.lock
	@$(UV_COMPILE) --extra dev --extra ocr -c requirements.lock >lock.new
	@{ echo "# requirements.lock, and what tests, checks and builds need besides. Renewed by: make lock"; \
	   $(NOT_CUDA) lock.new; } >requirements-dev.lock
	@rm -f lock.new

.PHONY: clean
clean: ## remove .venv, .venv-peers, builds and caches; data/ stays
	rm -rf $(VENV) $(PEERS) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find bot knowledge indexer tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- installing, once ---------------------------------------------------------------------------
# What pip does is told on standard error, and pip reads nothing: `echo question | make run` pipes answers only.

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Yidao needs Python 3.11 or newer, and '$(PYTHON)' was not found. Install one, or name one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Yidao needs Python 3.11 or newer, and '$(PYTHON)' is `$(PYTHON) -V 2>&1`. Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "yidao: making $(VENV) with `$(PYTHON) -V 2>&1`" >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make $(VENV); on Debian and Ubuntu it needs: sudo apt install python3-venv" >&2; exit 1; }

# A plain install of torch on Linux fetches gigabytes of CUDA, which only an NVIDIA card can use. Without one, the CPU
# build comes from a wheel folder of the user's own (PIP_FIND_LINKS, or find-links in pip's settings) or from PyTorch's
# index; torch alone is taken from there, so that index decides nothing else. Other systems' plain torch has no CUDA.
.PHONY: torch
torch: $(BIN)/python
	@if [ "`uname -s`" != Linux ]; then :; \
	elif [ -n "$(GPU)" ]; then \
	  echo "yidao: an NVIDIA card is here, so PyTorch will come with CUDA (several GB; without: make run GPU=)" >&2; \
	else \
	  echo "yidao: installing PyTorch, the CPU build (about 190 MB, once)" >&2; \
	  $(PIP) install $(QUIET) --no-deps --no-index "$(TORCH)" </dev/null >/dev/null 2>&1 || \
	  $(PIP) install `test -t 2 || echo $(QUIET)` --no-deps --index-url "$(TORCH_INDEX)" "$(TORCH)" </dev/null >&2 || { \
	    echo "PyTorch's CPU build ($(TORCH)) could not be had from $(TORCH_INDEX). Name a mirror of it:" >&2; \
	    echo "  make run TORCH_INDEX=https://…" >&2; \
	    echo "or a folder that holds its wheel for this Python:" >&2; \
	    echo "  PIP_FIND_LINKS=/folder make run" >&2; exit 1; }; \
	fi

# setuptools builds the package itself, from the lock and not in a fresh environment that pip would fill with the newest.
$(INSTALLED): pyproject.toml requirements.lock | $(BIN)/python
	@$(PIP) install $(QUIET) -c requirements.lock setuptools </dev/null >&2
	@$(MAKE) --no-print-directory torch
	@echo "yidao: installing everything else (about 280 MB, once; some minutes on a slow line)" >&2
	@$(PIP) install $(QUIET) -c requirements.lock --no-build-isolation -e . </dev/null >&2
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@echo "yidao: installing what tests and checks need (about 40 MB, once)" >&2
	@$(PIP) install $(QUIET) -c requirements-dev.lock --no-build-isolation -e '.[dev]' </dev/null >&2
	@touch $@

# Every package is in the lock, so pip need not look for others; nothing here touches $(VENV).
$(INSTALLED_PEERS): benchmarks/peers/requirements.lock | $(BIN)/python
	@echo "yidao: making $(PEERS) with txtai, LlamaIndex, Haystack and LangChain (650 MB on disk, once)" >&2
	@$(BIN)/python -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --no-input install $(QUIET) --no-deps \
	  -r benchmarks/peers/requirements.lock </dev/null >&2
	@touch $@
