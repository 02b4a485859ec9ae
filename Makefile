# Every way of working on taploom is a target here; CI, the Git hooks and people call the same ones.
# Set-up leaves a stamp named after what it installed, so a second run touches neither pip nor the network.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
SPECS ?= specs
OUT ?= build/plan
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
digest = $(firstword $(shell cat $(1) 2>/dev/null | sha256sum))
DEPS := $(VENV)/.deps-$(call digest,$(LOCK))
SELF := $(VENV)/.self-$(call digest,$(LOCK) pyproject.toml)

# command:Debian package, of what the tests hold taploom's output against (a browser's driver wants the library); then
# what only the benchmark compares with
TEST_TOOLS := nft:nftables networkctl:systemd ip:iproute2 ping:iputils-ping dbus-daemon:dbus nix-instantiate:nix-bin dot:graphviz chromium:chromium libatomic.so.1:libatomic1 conntrack:conntrack strace:strace shellcheck:shellcheck busybox:busybox curl:curl openssl:openssl ssh-keygen:openssh-client sshd:openssh-server
SITE_TOOLS := dot:graphviz
COVERED := source plan backends flows diff passes checks
BENCH_TOOLS := netplan:netplan.io nix-instantiate:nix-bin dot:graphviz git:git

.PHONY: help plan site screenshots picture serve test check cover bench format lock-deps setup venv clean distclean

help: ## Show this list
	@echo "taploom: from specs of a network to files that hosts load. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "Variables: SPECS=$(SPECS) OUT=$(OUT) PYTHON=$(PYTHON) ARGS= (more arguments for the command)"

# Only the tests need the tools, so compiling goes on without; `make test` asks for them again.
plan: venv ## Set everything up, compile SPECS into OUT and print what came out
	@.ci/tools $(TEST_TOOLS) || echo "note: compiling needs none of these; the tests do" >&2
	@$(BIN)/taploom validate --specs $(SPECS)
	@$(BIN)/taploom render --specs $(SPECS) --out $(OUT) $(ARGS)

# The theme announces its own end at every start; the pages do not hang on it.
site: venv ## Build the site of SPECS, pages and diagrams, into build/site
	@.ci/tools $(SITE_TOOLS) || echo "note: without Graphviz's dot the pygraphviz package draws" >&2
	@$(BIN)/taploom validate --specs $(SPECS) --format concise
	@SPECS=$(SPECS) NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet $(ARGS)
	@echo "The site is in build/site: \`make serve\` shows it on http://127.0.0.1:8000/ and follows every change of $(SPECS)"

screenshots: site ## Take a picture of each kind of page, light and dark, wide and phone, into build/screenshots
	@.ci/tools chromium:chromium
	@$(BIN)/python -m tests.site.screenshots build/site build/screenshots

picture: venv ## Draw the README's picture of SPECS anew
	@.ci/tools $(SITE_TOOLS)
	@$(BIN)/taploom graph site --specs $(SPECS) --format svg --out site/assets/topology.svg

serve: venv ## Show the site on http://127.0.0.1:8000/ and follow every change of SPECS
	@SPECS=$(SPECS) NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --no-strict $(ARGS)

test: setup ## Run the tests (ARGS="-k name" narrows them)
	@$(BIN)/pytest -n auto --dist loadscope $(ARGS)

check: venv ## Lint, format, types, import rules, file lengths
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@find compiler tests -name '*.py' -exec awk 'END {if (NR > 300) {print FILENAME ": " NR " lines, 300 are allowed"; exit 1}}' {} \; \
	  | { ! grep .; }

cover: setup ## Run the tests with coverage: of each package of COVERED, 95 % of lines and branches
	@$(BIN)/pytest -n auto --dist loadscope --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report
	@for package in $(COVERED); do \
	  covered=$$($(BIN)/coverage report --precision=1 --format=total --include="*/taploom/$$package/*"); \
	  echo "$$package: $$covered %"; \
	  if [ "$${covered%.*}" -lt 95 ]; then low="$${low:-} $$package"; fi; \
	done; if [ -n "$${low:-}" ]; then echo "below 95 %:$$low" >&2; exit 1; fi

bench: venv ## Measure every command and the site for 10 to 10,000 guests, beside its aim
	@.ci/tools $(BENCH_TOOLS)
	@$(BIN)/python tests/bench $(ARGS)

format: venv ## Format the code and fix what the linter can
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

setup: venv ## Set up the environment and the tools that tests compare with
	@.ci/tools $(TEST_TOOLS)

venv: $(SELF) ## Set up the Python environment alone

lock-deps: ## Resolve the dependencies anew into requirements.lock
	@rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet 'pip-tools>=7.4'
	@CUSTOM_COMPILE_COMMAND='make lock-deps' build/lock/bin/pip-compile --quiet --upgrade --strip-extras --allow-unsafe \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --extra dev --extra site --build-deps-for editable --output-file $(LOCK) pyproject.toml

clean: ## Remove what was rendered and what tools have cached
	@rm -rf build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find compiler tests -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## Remove the environment as well
	@rm -rf $(VENV)

$(VENV)/bin/python:
	@.ci/venv $(PYTHON) $(VENV)

# The lock is whole, so pip has nothing to resolve: asked to, older ones pass over a pin for `name[extra]` once there is
# a newer release.
$(DEPS): | $(VENV)/bin/python
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $(LOCK)
	@$(BIN)/python -m pip check --quiet --disable-pip-version-check
	@rm -f $(VENV)/.deps-* && touch $@

# The lock holds the build backend too, so installing the checkout itself never needs the network.
$(SELF): | $(DEPS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.self-* && touch $@
