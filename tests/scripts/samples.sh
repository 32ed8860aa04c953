#!/bin/bash
# Runs the samples that check themselves: EdgeKernel has to learn its kernel, FineTuning to reach its accuracy with what is frozen unchanged.
# Exit codes: 0 all is well, 1 one of them fails or does not build.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

for sample in EdgeKernel FineTuning; do
    echo "$sample"
    dotnet run -c Release --project "$repository/samples/$sample" | tail -n 3
done
