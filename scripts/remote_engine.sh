#!/bin/sh
# A Docker engine that is as good as on another machine, for tests: `start IMAGE`, `stop`, `status`.
#
# It lives in a mount namespace of its own, in which /tmp and the home folder are empty, and is reached over TCP: no
# socket and no file of this machine can be shared with its containers. It gets its image from the engine that
# DOCKER_HOST names; `start` prints the address. Anybody on this machine may use the engine while it runs, and whoever
# may is as good as root: for machines that are yours alone. Needs root.
set -eu

home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/remote"
port="${MLPILOT_REMOTE_PORT:-23751}"
address="tcp://127.0.0.1:$port"

fail() {
    echo "remote_engine.sh: $1" >&2
    exit 4
}

running() {
    [ -f "$home/dockerd.pid" ] && kill -0 "$(cat "$home/dockerd.pid")" 2>/dev/null &&
        docker -H "$address" version >/dev/null 2>&1
}

start() {
    if ! running; then
        [ "$(id -u)" = 0 ] || fail "a Docker engine needs root"
        command -v dockerd >/dev/null || fail "dockerd is not installed; install docker.io"
        mkdir -p "$home/data"
        chmod 700 "$home"
        # shellcheck disable=SC2016
        setsid unshare --mount --propagation private sh -c '
            set -eu
            mount --bind "$1" /srv
            mount -t tmpfs none /tmp
            mount -t tmpfs none "$HOME"
            cd /
            exec dockerd --data-root /srv/data --exec-root /srv/exec --pidfile /srv/dockerd.pid \
                -H "$2" --bridge none --iptables=false --ip6tables=false
        ' sh "$home" "$address" >"$home/dockerd.log" 2>&1 </dev/null &
        tries=0
        until running; do
            tries=$((tries + 1))
            [ "$tries" -lt 150 ] || fail "the engine did not start; see $home/dockerd.log"
            sleep 0.2
        done
    fi
    give_image "$1"
    echo "$address"
}

# The image by the tag that the tests look for, from the engine that has it.
give_image() {
    image="$1"
    docker -H "$address" image inspect "$image" >/dev/null 2>&1 && return
    echo "copying $image" >&2
    docker save "$image" | docker -H "$address" load >&2
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
    start) start "${2:?the image to copy}" ;;
    stop) stop ;;
    status) if running; then echo "$address"; else echo "not running" >&2; exit 1; fi ;;
    *) echo "usage: $0 start IMAGE|stop|status" >&2; exit 2 ;;
esac
