#!/bin/sh
# Sets up the VS Code that scripts/vscode.py drives, and prints where it is: code-server, which is VS Code's own sources
# served to a browser.
#
# It goes below ${XDG_CACHE_HOME:-~/.cache}/mlpilot/vscode, outside the clone: about 700 megabytes, five minutes. It takes
# npm, and Node 20 with its headers, make and a C++ compiler. Packages' own install scripts are not run, since one of them
# downloads a program of its own (a search tool, which is not needed here); what is compiled is named below.
set -eu

version="4.99.3"
home="${XDG_CACHE_HOME:-$HOME/.cache}/mlpilot/vscode"
program="$home/node_modules/.bin/code-server"

fail() {
    echo "vscode.sh: $1" >&2
    exit 1
}

if [ ! -f "$home/.ready-$version" ]; then
    for tool in node npm make c++; do
        command -v "$tool" >/dev/null || fail "needs $tool"
    done
    case "$(node --version)" in v20.*) ;; *) fail "needs Node 20, and $(node --version) is here" ;; esac
    npm_config_nodedir="$(node -p 'require("path").resolve(process.execPath, "..", "..")')"
    [ -f "$npm_config_nodedir/include/node/node.h" ] || fail "needs Node's headers: $npm_config_nodedir/include/node"
    export npm_config_nodedir
    echo "installing code-server $version (five minutes)" >&2
    rm -rf "$home"
    mkdir -p "$home"
    cd "$home"
    npm init -y >/dev/null
    npm install --ignore-scripts --no-audit --no-fund "code-server@$version" >&2
    npm rebuild argon2 >&2
    cd node_modules/code-server/lib/vscode
    npm install --ignore-scripts --no-audit --no-fund --omit=dev --legacy-peer-deps >&2
    npm install --ignore-scripts --no-audit --no-fund --no-save --legacy-peer-deps node-gyp@11 >&2
    npm rebuild node-pty @vscode/spdlog native-watchdog >&2
    [ -f node_modules/node-pty/build/Release/pty.node ] || fail "node-pty was not built"
    (cd extensions && npm install --ignore-scripts --no-audit --no-fund --omit=dev --legacy-peer-deps >&2)
    "$program" --version >&2
    touch "$home/.ready-$version"
fi
echo "$program"
