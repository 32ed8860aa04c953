#!/bin/sh
# Fetches the programs that ModelGen.Benchmarks compares with, into tests/peers (not under version control).
set -eu
repository=$(cd "$(dirname "$0")/../.." && pwd)

# The npm package is used for its shared library alone. Its install script would fetch GPU libraries: not wanted.
mkdir -p "$repository/tests/peers"
npm install --ignore-scripts --no-audit --no-fund --prefix "$repository/tests/peers" onnxruntime-node@1.30.0

python=${MODELGEN_PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import torch, numpy' 2>/dev/null; then
    echo "PyTorch is not installed for $python; 'train' needs it: apt-get install python3-torch" >&2
fi
