#!/bin/sh
# A Docker engine that is as good as on another machine, for tests: `start IMAGE`, `stop`, `status`.
#
# It lives in a mount namespace of its own, in which /tmp and the home folder are empty, and is reached over TCP: no
# socket and no file of this machine can be shared with its containers. It gets its image from the engine that
# DOCKER_HOST names. `start` prints what to set: export $(scripts/remote_engine.sh start IMAGE). Only who has the keys
# below $home may use it. Needs root, docker.io and openssl.
set -eu

home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/remote"
port="${MLPILOT_REMOTE_PORT:-23751}"
address="tcp://127.0.0.1:$port"
keys="$home/keys"

fail() {
    echo "remote_engine.sh: $1" >&2
    exit 4
}

there() {
    DOCKER_HOST="$address" DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$keys" docker "$@"
}

settings() {
    echo "DOCKER_HOST=$address DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$keys"
}

running() {
    [ -f "$home/dockerd.pid" ] && kill -0 "$(cat "$home/dockerd.pid")" 2>/dev/null &&
        there version >/dev/null 2>&1
}

start() {
    if ! running; then
        [ "$(id -u)" = 0 ] || fail "a Docker engine needs root"
        command -v dockerd >/dev/null || fail "dockerd is not installed; install docker.io"
        mkdir -p "$home/data"
        chmod 700 "$home"
        [ -f "$keys/cert.pem" ] || make_keys
        # shellcheck disable=SC2016
        setsid unshare --mount --propagation private sh -c '
            set -eu
            mount --bind "$1" /srv
            mount -t tmpfs none /tmp
            mount -t tmpfs none "$HOME"
            cd /
            exec dockerd --data-root /srv/data --exec-root /srv/exec --pidfile /srv/dockerd.pid \
                -H "$2" --tlsverify --tlscacert /srv/keys/ca.pem --tlscert /srv/keys/server.pem --tlskey /srv/keys/server-key.pem \
                --bridge none --iptables=false --ip6tables=false
        ' sh "$home" "$address" >"$home/dockerd.log" 2>&1 </dev/null &
        tries=0
        until running; do
            tries=$((tries + 1))
            [ "$tries" -lt 150 ] || fail "the engine did not start; see $home/dockerd.log"
            sleep 0.2
        done
    fi
    give_image "$1"
    settings
}

# An authority, and from it a key for the engine and one for us.
make_keys() {
    mkdir -p "$keys"
    (
        cd "$keys"
        openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=mlpilot-test-ca -keyout ca-key.pem -out ca.pem
        echo "subjectAltName=IP:127.0.0.1" >server.ext
        echo "extendedKeyUsage=clientAuth" >client.ext
        for name in server client; do
            openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$name-key.pem" -out "$name.csr"
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 \
                -extfile "$name.ext" -out "$name.pem"
        done
        mv client-key.pem key.pem
        mv client.pem cert.pem
    ) 2>"$home/keys.log" || fail "no keys could be made; see $home/keys.log"
}

# The image by the tag that the tests look for, from the engine that has it.
give_image() {
    image="$1"
    there image inspect "$image" >/dev/null 2>&1 && return
    echo "copying $image" >&2
    docker save "$image" | there load >&2
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
    status) if running; then settings; else echo "not running" >&2; exit 1; fi ;;
    *) echo "usage: $0 start IMAGE|stop|status" >&2; exit 2 ;;
esac
