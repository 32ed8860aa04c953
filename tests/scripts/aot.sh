#!/bin/bash
# Publishes samples/Inference with NativeAOT and holds it against the same program under the JIT, on the same weights. Compiled for this processor
# its outputs are the same to the last bit; compiled for any processor of its kind, without fused multiply-adds, they differ in the last digits.
# Usage: aot.sh [lenet5.safetensors]. Without a file one is trained first, for one epoch.
# Exit codes: 0 all is well, 1 something differs or does not build, 77 skipped: a linker or zlib is missing.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
sample=$repository/samples/Inference
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

case "$(uname -s) $(uname -m)" in
    'Linux x86_64') rid=linux-x64 ;;
    'Linux aarch64') rid=linux-arm64 ;;
    *) echo "skipped: this script knows Linux on x64 and arm64 alone"; exit 77 ;;
esac
linker=$(command -v clang || command -v gcc) || { echo "skipped: NativeAOT needs clang or gcc to link"; exit 77; }
if ! echo 'int main(void) { return 0; }' | "$linker" -x c - -lz -o "$work/zlib" 2>/dev/null; then
    echo "skipped: NativeAOT needs zlib to link (Debian: zlib1g-dev)"
    exit 77
fi

quietly() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

weights=${1:-$work/lenet5.safetensors}
if [ $# = 0 ]; then
    quietly dotnet run -c Release --project "$repository/samples/FashionMnist" -- --epochs 1 --output "$weights"
fi

# Ten logits, then the time of a call.
run() {
    local output=$1
    shift
    "$@" "$weights" >"$work/$output"
    head -n 10 "$work/$output" >"$work/$output.logits"
    [ "$(wc -l <"$work/$output.logits")" = 10 ] || { echo "$output: expected ten logits"; cat "$work/$output"; exit 1; }
    echo "$output: $(tail -n 1 "$work/$output")"
}

quietly dotnet build "$sample" -c Release
run jit dotnet "$sample/bin/Release/net10.0/Inference.dll"

for target in native portable; do
    set_of_instructions=()
    [ $target = native ] && set_of_instructions=(-p:IlcInstructionSet=native)
    quietly dotnet publish "$sample" -c Release -r $rid "${set_of_instructions[@]}" -o "$work/$target.out"
    if grep -E 'warning IL[0-9]+' "$work/log"; then
        echo "trimming or NativeAOT warns"
        exit 1
    fi
    run $target "$work/$target.out/Inference"
    echo "$target: executable of $(stat -c %s "$work/$target.out/Inference") bytes"
done

diff "$work/jit.logits" "$work/native.logits" || { echo "compiled ahead of time, the network answers differently"; exit 1; }
paste "$work/jit.logits" "$work/portable.logits" | LC_ALL=C awk '
    { difference = $1 > $2 ? $1 - $2 : $2 - $1; if (!(difference <= 1e-5)) { print "logit " NR ": " $1 " and " $2; bad = 1 } }
    END { exit bad }' || { echo "compiled for any processor, the network answers differently by more than 1e-5"; exit 1; }
echo "outputs agree: bit for bit on this processor's instructions, within 1e-5 on portable ones"
