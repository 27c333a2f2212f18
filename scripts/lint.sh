#!/usr/bin/env bash
# What must hold before a line is read by anybody: style, format, types.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/python scripts/overlay.py
.venv/bin/mypy build/ns/mlpilot
