#!/usr/bin/env bash
# Set up what a make target needs: `scripts/setup.sh demo|dev|test`. A second call finds its stamp and is instant.
#   demo   .venv with mlpilot; bubblewrap
#   dev    .venv with mlpilot and its developers' tools
#   test   dev, and docker.io, debootstrap, bubblewrap
# As root, missing system packages are installed by apt-get; as a user they are named, and done without.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:?usage: scripts/setup.sh demo|dev|test}"

say() { printf '%s\n' "setup: $*" >&2; }
die() { printf '%s\n' "setup: $*" >&2; exit 1; }

apt_install() { # PACKAGE... ; a reason on failure
  [ "$(id -u)" = 0 ] || { say "not installed, since not root: $* (as root: apt-get install $*)"; return 1; }
  command -v apt-get >/dev/null || { say "not installed, since there is no apt-get here: $*"; return 1; }
  say "installing $*"
  local log
  log="$(mktemp)"
  if DEBIAN_FRONTEND=noninteractive bash -c '
      apt-get install -y -q --no-install-recommends "$@" || { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; }
    ' apt "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    say "apt-get could not install $*: $(grep -m1 '^E: ' "$log" || tail -n1 "$log")"
    rm -f "$log"
    return 1
  fi
}

system_packages() { # what the target can use and is not there
  local missing=()
  command -v bwrap >/dev/null || missing+=(bubblewrap)
  if [ "$kind" = test ]; then
    command -v dockerd >/dev/null || [ -x /usr/sbin/dockerd ] || missing+=(docker.io)
    command -v debootstrap >/dev/null || [ -x /usr/sbin/debootstrap ] || missing+=(debootstrap)
  fi
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}" || true
}

find_python() { # the first Python that is new enough
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

make_venv() {
  local python
  if ! python="$(find_python)"; then
    command -v "${PYTHON:-python3}" >/dev/null &&
      die "mlpilot needs Python 3.11 or newer; ${PYTHON:-python3} is $("${PYTHON:-python3}" -c 'import platform; print(platform.python_version())' 2>/dev/null). Say which: make PYTHON=/path/to/python3.11"
    apt_install python3 python3-venv || die "there is no Python here: install Python 3.11 or newer"
    python="$(find_python)" || die "mlpilot needs Python 3.11 or newer, and this system's python3 is older"
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    { [ "$(id -u)" = 0 ] && apt_install python3-venv; } ||
      die "$python cannot make virtual environments: as root, apt-get install python3-venv"
  fi
  say "making .venv with $("$python" --version)"
  "$python" -m venv .venv || die "$python could not make .venv; its own words are above"
}

install_package() { # extras
  local log=.venv/pip.log
  say "installing mlpilot and what it needs (a minute or two)"
  if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input -q -e ".$1" >"$log" 2>&1; then
    die "pip could not install mlpilot: $(grep -m1 -o 'ERROR: .*' "$log" || tail -n1 "$log") (is there a network, and an index that pip can reach? all of its words: $log)"
  fi
}

[ "$kind" = dev ] || system_packages
case "$kind" in demo) extras="" ;; dev | test) extras="[dev]" ;; *) die "no such kind: $kind" ;; esac
wanted="$(sha256sum pyproject.toml | cut -d' ' -f1)"
stamp=".venv/.ready-${extras:-plain}"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] && [ "$(cat '.venv/.ready-[dev]' 2>/dev/null)" != "$wanted" ]; then
  .venv/bin/python -m pip --version >/dev/null 2>&1 || { rm -rf .venv; make_venv; }
  install_package "$extras"
  printf '%s\n' "$wanted" >"$stamp"
fi
