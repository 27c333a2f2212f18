#!/bin/sh
# podman's service for tests, beside any other: `start IMAGE`, `stop`, `status`; with `as USER` before, rootless.
#
# It gets its image from the engine that DOCKER_HOST names; `start` prints the address. Needs podman, runc and catatonit
# (Debian's packages of these names), and root to start; rootless, also uidmap and lines for the user in /etc/subuid.
set -eu

who=root
if [ "${1:-}" = as ]; then
    who="$2"
    shift 2
fi
home="/var/tmp/mlpilot-podman-$who"
socket="$home/podman.sock"
address="unix://$socket"

fail() {
    echo "podman_engine.sh: $1" >&2
    exit 4
}

running() {
    [ -f "$home/pid" ] && kill -0 "$(cat "$home/pid")" 2>/dev/null && docker -H "$address" version >/dev/null 2>&1
}

# podman asks for the largest limits there are; on a machine that may not raise them, no container would start.
write_runtime() {
    cat >"$home/runtime" <<'PY'
#!/usr/bin/env python3
"""runc, with the limits of a container cut to those that this process may give."""
import json, os, pathlib, resource, sys

if "--bundle" in sys.argv:
    path = pathlib.Path(sys.argv[sys.argv.index("--bundle") + 1], "config.json")
    config = json.loads(path.read_text())
    for limit in config["process"].get("rlimits", []):
        most = resource.getrlimit(getattr(resource, limit["type"]))[1]
        if most != resource.RLIM_INFINITY:
            limit.update({kind: min(limit[kind], most) for kind in ("hard", "soft")})
    path.write_text(json.dumps(config))
os.execvp("runc", ["runc", *sys.argv[1:]])
PY
    chmod 755 "$home/runtime"
}

start() {
    if ! running; then
        [ "$(id -u)" = 0 ] || fail "needs root"
        for program in podman runc catatonit; do
            command -v "$program" >/dev/null || [ -x "/usr/libexec/podman/$program" ] || fail "needs $program"
        done
        mkdir -p "$home/run"
        write_runtime
        chmod 700 "$home"
        chown -R "$who" "$home"
        if [ "$who" = root ]; then run=""; else run="setpriv --reuid=$who --regid=$who --init-groups"; fi
        # shellcheck disable=SC2016,SC2086
        setsid $run env HOME="$home" XDG_RUNTIME_DIR="$home/run" sh -c '
            cd "$HOME" && echo $$ >pid && exec podman --storage-driver overlay --root "$HOME/root" --runroot "$HOME/run" --runtime "$HOME/runtime" \
                --cgroup-manager cgroupfs --events-backend file system service --time=0 "$1"
        ' sh "$address" >"$home.log" 2>&1 </dev/null &
        tries=0
        until running; do
            tries=$((tries + 1))
            [ "$tries" -lt 100 ] || fail "the service did not start; see $home.log"
            sleep 0.2
        done
    fi
    if ! docker -H "$address" image inspect "$1" >/dev/null 2>&1; then
        echo "copying $1" >&2
        docker save "$1" | docker -H "$address" load >&2
    fi
    echo "$address"
}

case "${1:-}" in
    start) start "${2:?the image to copy}" ;;
    stop) [ ! -f "$home/pid" ] || kill "$(cat "$home/pid")" 2>/dev/null || true ;;
    status) if running; then echo "$address"; else echo "not running" >&2; exit 1; fi ;;
    *) echo "usage: $0 [as USER] start IMAGE|stop|status" >&2; exit 2 ;;
esac
