#!/bin/sh
# Sets up `transformers serve` for the slow tests of `--model local:FOLDER`, and prints where it is.
#
# It goes below ${XDG_CACHE_HOME:-~/.cache}/mlpilot/transformers, outside the clone: a virtual environment with torch, of
# about five gigabytes. What works already is left as it is.
set -eu

home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/transformers"
if ! "$home/bin/transformers" --help >/dev/null 2>&1; then
    echo "installing torch and transformers (a few minutes)" >&2
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/python" -m pip install --disable-pip-version-check -q "torch==2.13.0" "transformers[serving]>=5.23,<6" >&2
fi
echo "$home/bin/transformers"
