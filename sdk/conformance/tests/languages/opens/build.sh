#!/bin/sh
# Builds the plugin with the tools of the example in Python: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
example=../../../../../examples/plugins/dns-python
mkdir -p "$example/target" target
[ -x "$example/target/venv/bin/componentize-py" ] || {
    python3 -m venv "$example/target/venv"
    "$example/target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$example/requirements.txt" >&2
}
"$example/target/venv/bin/componentize-py" --quiet --wit-path "$example/../wit" --world memory-zone componentize --python-path . plugin --output target/component.wasm
"$MAQUETTE" plugin build --component target/component.wasm --out "$1"
