#!/bin/bash
# Writes src/*/PublicAPI.Unshipped.txt anew: every public member that is not in PublicAPI.Shipped.txt.
# To be run, and its result committed, after every change of the public API: the build says RS0016 or RS0017 where it was not.
# Usage: public-api.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en LC_ALL=C.UTF-8
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for unshipped in src/*/PublicAPI.Unshipped.txt; do
    echo '#nullable enable' >"$unshipped"
    project=$(basename "$(dirname "$unshipped")")
    # As warnings, so that all frameworks are built; each member that lacks is one. Those of projects that it refers to are theirs.
    dotnet build "src/$project" -c Release --no-incremental -v quiet \
        -p:TreatWarningsAsErrors=false -p:RunAnalyzersDuringBuild=true >"$log" ||
        { grep -E 'error ' "$log"; exit 1; }
    grep -F "/$project.csproj" "$log" |
        sed -nE "s/.*warning RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" | sort -u >>"$unshipped"
    echo "$unshipped: $(($(wc -l <"$unshipped") - 1)) members"
done
