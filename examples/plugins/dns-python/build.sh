#!/bin/sh
# Builds the plugin with componentize-py from PyPI: ./build.sh OUT.wasm
set -eu
cd "$(dirname "$0")"
out=${1:-target/plugin.wasm}
mkdir -p target
[ -x target/venv/bin/componentize-py ] || {
    python3 -m venv target/venv
    target/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt >&2
}
target/venv/bin/componentize-py --quiet --wit-path ../wit --world memory-zone componentize --python-path . plugin --output target/component.wasm
"${MAQUETTE:-maquette}" plugin build --component target/component.wasm --out "$out"
