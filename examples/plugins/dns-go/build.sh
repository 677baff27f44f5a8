#!/bin/sh
# Builds the plugin with Go's own compiler: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
out=${1:-target/plugin.wasm}
mkdir -p target
# Without the last flag the linker refuses the bindings' use of the runtime's allocator before Go itself has started.
GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w -checklinkname=0" -o target/module.wasm .
"${MAQUETTE:-maquette}" plugin build --component target/module.wasm --wit ../wit --world memory-zone --out "$out"
