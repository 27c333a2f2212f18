#!/usr/bin/env bash
# A real run on a real table: a board, a score, and the path of a report. State goes to .mlpilot/ of this folder.
set -euo pipefail
cd "$(dirname "$0")/.."
data=build/demo/breast_cancer.csv
[ -f "$data" ] || .venv/bin/python scripts/demo_data.py "$data"
printf '%s\n' "$ .venv/bin/mlpilot run $data --target diagnosis --budget ${BUDGET:=75s}" >&2
exec .venv/bin/mlpilot run "$data" --target diagnosis --budget "$BUDGET"
