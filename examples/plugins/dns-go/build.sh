#!/bin/sh
# Builds the plugin with Go's own compiler: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
out=${1:-target/plugin.wasm}
# The bindings are generated here and not kept: bindings/ runs wit-bindgen's generator at the locked version.
rm -rf target/go
mkdir -p target/go
cargo run --quiet --release --locked --manifest-path bindings/Cargo.toml --target-dir target/bindings -- ../wit memory-zone target/go >&2
cp -r go.mod client zone third_party export_* target/go/
# Without the last flag the linker refuses the bindings' use of the runtime's allocator before Go itself has started.
(cd target/go && GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w -checklinkname=0" -o ../module.wasm .)
"${MAQUETTE:-maquette}" plugin build --component target/module.wasm --wit ../wit --world memory-zone --out "$out"
