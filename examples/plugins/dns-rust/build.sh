#!/bin/sh
# Builds the plugin: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
out=${1:-target/plugin.wasm}
cargo build --release --locked --target wasm32-wasip2 >&2
"${MAQUETTE:-maquette}" plugin build --component target/wasm32-wasip2/release/memory_zone_rust.wasm --out "$out"
