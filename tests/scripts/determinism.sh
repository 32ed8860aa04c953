#!/bin/bash
# Builds samples/FashionMnist twice, in different folders and once under Turkish settings (decimal comma, "i" without a capital "I"), and compares
# what was generated and compiled, byte for byte. Leaves the repository's own build output alone.
# Exit codes: 0 all is the same, 1 something differs or does not build.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The compiler server and MSBuild's nodes would keep the settings of whoever started them.
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# $1: folder, $2: locale. PathMap hides the folder, as builds under CI do for the sources; the rest must be the same by itself.
build() {
    echo "building under LC_ALL=$2"
    if ! LC_ALL=$2 dotnet build "$repository/samples/FashionMnist" -c Release --artifacts-path "$work/$1" -v quiet \
        -p:UseSharedCompilation=false -p:EmitCompilerGeneratedFiles=true "-p:PathMap=$work/$1=/_" >"$work/$1.log" 2>&1; then
        cat "$work/$1.log"
        exit 1
    fi
}

build first C.UTF-8
build second tr_TR.UTF-8

# What the generator wrote, and every assembly of ours.
list() {
    (cd "$work/$1" && find . \( -path '*/generated/*' -o -path '*/obj/*/ModelGen*.dll' -o -path '*/obj/*/FashionMnist.dll' \) -type f | LC_ALL=C sort)
}

list first >"$work/files"
diff "$work/files" <(list second) || { echo "the two builds made different files"; exit 1; }
for expected in 'FashionMnist\.LeNet5\.g\.cs$' 'FashionMnist\.dll$' 'ModelGen\.dll$' 'ModelGen\.Generator\.dll$'; do
    grep -q "$expected" "$work/files" || { echo "no build output is called $expected: nothing was compared"; exit 1; }
done

different=0
while read -r file; do
    if ! cmp "$work/first/$file" "$work/second/$file"; then
        different=1
    fi
done <"$work/files"
[ $different = 0 ] && echo "$(wc -l <"$work/files") files are the same in both builds"
exit $different
