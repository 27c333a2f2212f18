#!/bin/sh
# Builds llama-server for `--model local:/path/model.gguf`, and prints where it is: scripts/llama_server.sh [CMAKE OPTION...]
#
# It goes below ${XDG_CACHE_HOME:-~/.cache}/mlpilot/llama-server, outside the clone, with its libraries next to it. What
# is there already is left as it is; with options (-DGGML_CUDA=ON for an NVIDIA GPU) it is built anew. About 15 minutes
# on two cores. The source is the llama.cpp that the llama-cpp-python source package carries, so that pip is all it takes
# to get it. Installs cmake and a compiler with apt where they are missing and we are root.
set -eu

version="0.3.36"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot"
home="$cache/llama-server"
build="$cache/build"
python="$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/python"
[ -x "$python" ] || python=python3

fail() {
    echo "llama_server.sh: $1" >&2
    exit 1
}

works() {
    [ -x "$1" ] && "$1" --version >/dev/null 2>&1
}

install_tools() {
    missing=""
    command -v cmake >/dev/null || missing="cmake"
    command -v make >/dev/null || missing="$missing make"
    command -v c++ >/dev/null || missing="$missing g++"
    [ -z "$missing" ] && return
    command -v apt-get >/dev/null || fail "needs $missing, and there is no apt-get to install it with"
    [ "$(id -u)" = 0 ] || fail "needs $missing: install it as root, with apt-get install $missing"
    echo "installing $missing" >&2
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >&2
}

get_source() {
    [ -f "$build/src/vendor/llama.cpp/CMakeLists.txt" ] && return
    sdist="$build/sd/llama_cpp_python-$version.tar.gz"
    [ -f "$sdist" ] || "$python" -m pip download --quiet --no-deps --no-binary llama-cpp-python \
        --dest "$build/sd" "llama-cpp-python==$version" >&2
    rm -rf "$build/src.new"
    mkdir -p "$build/src.new"
    tar xzf "$sdist" -C "$build/src.new" --strip-components=1
    rm -rf "$build/src"
    mv "$build/src.new" "$build/src"
}

compile() {
    # No TLS, no downloads, no page: it speaks http on loopback only. $ORIGIN: each file finds the libraries in its own
    # folder, wherever that is.
    cmake -S "$build/src/vendor/llama.cpp" -B "$build/bld" -DCMAKE_BUILD_TYPE=Release -DLLAMA_CURL=OFF \
        -DLLAMA_OPENSSL=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=ON \
        -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON '-DCMAKE_INSTALL_RPATH=$ORIGIN' "$@" >&2
    nice -n 10 cmake --build "$build/bld" --target llama-server --parallel "$(getconf _NPROCESSORS_ONLN)" >&2
}

put() {
    rm -rf "$home.new"
    mkdir -p "$home.new"
    cp -a "$build/bld/bin/llama-server" "$home.new/"
    for library in "$build"/bld/bin/lib*; do
        [ -e "$library" ] && cp -a "$library" "$home.new/"
    done
    works "$home.new/llama-server" || fail "what was built does not run: $home.new/llama-server --version"
    rm -rf "$home"
    mv "$home.new" "$home"
    echo "installed; $build is no longer needed" >&2
}

mkdir -p "$cache"
if command -v flock >/dev/null; then # two at once would build over each other
    exec 9>"$cache/llama-server.lock"
    flock 9
fi
if [ $# -gt 0 ] || ! works "$home/llama-server"; then
    install_tools
    get_source
    compile "$@"
    put
fi
echo "$home/llama-server"
