#!/usr/bin/env bash
# Style, types, then the suite: `scripts/test.sh [options of pytest]`. Starts a Docker engine of its own, with the sandbox
# image, where that can be had, and stops it at the end; what cannot be tested here is said at the end, with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "test: $*" >&2; }

lint_said="$(mktemp)"
bash scripts/lint.sh >"$lint_said" 2>&1 & # beside the engine and its image, which are mostly waited for
lint=$!

engine_and_image() {
  if .venv/bin/python -c 'import docker; docker.from_env().ping()' 2>/dev/null; then
    say "using the Docker engine that runs here"
  elif [ "$(id -u)" = 0 ] && PATH="$PATH:/usr/sbin" command -v dockerd >/dev/null; then
    say "starting a Docker engine"
    bash scripts/dockerd.sh status >/dev/null 2>&1 || trap 'bash scripts/dockerd.sh stop' EXIT # ours to stop
    DOCKER_HOST="$(bash scripts/dockerd.sh start)" || return 1
    export DOCKER_HOST
  else
    say "no Docker engine runs here, and starting one takes root and docker.io: its tests are skipped"
    return 0
  fi
  .venv/bin/python -c 'from mlpilot.sandbox.docker import Docker; exit(not Docker().image_is_there())' 2>/dev/null && return
  say "building the sandbox image"
  .venv/bin/mlpilot sandbox build
}
engine_and_image || say "the Docker engine or its image could not be had: its tests are skipped"

if ! wait "$lint"; then
  cat "$lint_said"
  exit 1
fi
cat "$lint_said"
rm -f "$lint_said"
# Two files of tests at a time, since most of what they do is wait.
.venv/bin/pytest -n 2 --dist loadfile "$@"
