#!/bin/sh
# Builds the plugin with componentize-js from npm: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
out=${1:-target/plugin.wasm}
# Not `npm ci`: it refuses a lock file that was written where only this platform's binaries could be had.
[ -x node_modules/.bin/componentize-js ] || npm install --no-save --no-audit --no-fund >&2
# The tool follows no links out of the folder that it is given.
rm -rf target/wit
mkdir -p target
cp -rL ../wit target/wit
node_modules/.bin/componentize-js plugin.js --wit target/wit --world-name memory-zone --out target/component.wasm >&2
"${MAQUETTE:-maquette}" plugin build --component target/component.wasm --out "$out"
