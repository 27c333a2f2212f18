#!/bin/sh
# A Docker engine of mlpilot's own, for machines where none runs: `start`, `stop`, `status`.
#
# It keeps its data below ${XDG_CACHE_HOME:-~/.cache}/mlpilot/docker, has no bridge and touches no firewall (sandboxes
# have no network), and sets nothing globally. `start` prints the address: export DOCKER_HOST=$(scripts/dockerd.sh start)
# Needs root; installs docker.io and debootstrap with apt where they are missing.
set -eu

home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/docker"
address="unix://$home/docker.sock"

running() {
    [ -f "$home/dockerd.pid" ] && kill -0 "$(cat "$home/dockerd.pid")" 2>/dev/null && answers
}

answers() {
    python3 - "$home/docker.sock" <<'PY'
import socket, sys
with socket.socket(socket.AF_UNIX) as engine:
    engine.settimeout(5)
    try:
        engine.connect(sys.argv[1])
        engine.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        sys.exit(b"200 OK" not in engine.recv(1024))
    except OSError:
        sys.exit(1)
PY
}

install() {
    missing=""
    command -v dockerd >/dev/null || missing="docker.io"
    command -v debootstrap >/dev/null || missing="$missing debootstrap"
    [ -z "$missing" ] && return
    command -v apt-get >/dev/null || fail "needs$missing, and there is no apt-get to install it with"
    echo "installing$missing" >&2
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >&2
}

fail() {
    echo "dockerd.sh: $1" >&2
    exit 4
}

start() {
    if ! running; then
        [ "$(id -u)" = 0 ] || fail "a Docker engine needs root; start one, or use --sandbox bubblewrap"
        install
        mkdir -p "$home"
        chmod 700 "$home"
        rm -f "$home/dockerd.pid"
        setsid dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/dockerd.pid" \
            -H "$address" --bridge none --iptables=false --ip6tables=false >"$home/dockerd.log" 2>&1 </dev/null &
        tries=0
        until running; do
            tries=$((tries + 1))
            [ "$tries" -lt 150 ] || fail "the engine did not start; see $home/dockerd.log"
            sleep 0.2
        done
    fi
    echo "$address"
}

stop() {
    [ -f "$home/dockerd.pid" ] || return 0
    pid=$(cat "$home/dockerd.pid")
    kill "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

case "${1:-}" in
    start) start ;;
    stop) stop ;;
    status) if running; then echo "$address"; else echo "not running" >&2; exit 1; fi ;;
    *) echo "usage: $0 start|stop|status" >&2; exit 2 ;;
esac
