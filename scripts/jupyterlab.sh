#!/bin/sh
# Sets up the JupyterLab and the Notebook that scripts/jupyterlab.py drives, and prints where their Python is.
#
# They go below ${XDG_CACHE_HOME:-~/.cache}/mlpilot/jupyterlab, outside the clone: a virtual environment of about 400
# megabytes. What works already is left as it is. Installs chromium with apt where it is missing and we are root.
set -eu

home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/jupyterlab"

fail() {
    echo "jupyterlab.sh: $1" >&2
    exit 1
}

if ! "$home/bin/python" -c "import jupyterlab, notebook" >/dev/null 2>&1; then
    echo "installing JupyterLab and Notebook (a minute or two)" >&2
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/python" -m pip install --disable-pip-version-check -q "jupyterlab>=4.5,<5" "notebook>=7.5,<8" >&2
fi
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    command -v apt-get >/dev/null || fail "needs chromium, and there is no apt-get to install it with"
    [ "$(id -u)" = 0 ] || fail "needs chromium: install it as root, with apt-get install chromium"
    echo "installing chromium" >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } >&2
fi
echo "$home/bin/python"
