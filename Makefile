# Everything here sets itself up: `make demo` and `make test` work on a bare machine.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint clean
SHELL := /bin/bash
BIN := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a real run on a real table: board, score, report (under 5 minutes, set-up included)
	@bash scripts/setup.sh demo
	@bash scripts/demo.sh

test: ## lint, types and the whole suite, a Docker engine of its own included where it can be had
	@bash scripts/setup.sh test
	@bash scripts/test.sh -m "not slow"

test-all: ## the same with the slow tests, and the local engines that they need (20 minutes more, once)
	@bash scripts/setup.sh test
	@sh scripts/llama_server.sh || echo "test: llama-server could not be built, its tests are skipped" >&2
	@sh scripts/transformers.sh || echo "test: transformers serve could not be set up, its tests are skipped" >&2
	@sh scripts/jupyterlab.sh || echo "test: JupyterLab or Chromium could not be had, their tests are skipped" >&2
	@sh scripts/vscode.sh || echo "test: VS Code could not be set up, its test is skipped" >&2
	@bash scripts/test.sh

lint: ## ruff and mypy
	@bash scripts/setup.sh dev
	@bash scripts/lint.sh

clean: ## remove everything that make built (not .mlpilot, where your runs are)
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
