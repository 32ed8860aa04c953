#!/bin/bash
# Draws the pictures of README from what the templates' programs and the FashionMnist sample really say, once they are built.
set -euo pipefail
cd "$(dirname "$0")"
images=$PWD
repository=$(cd ../.. && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en LC_ALL=C.UTF-8
draw() { dotnet run "$images/draw.cs" -- "$@"; }
dotnet build "$images/draw.cs" -v quiet

# The template's network, in a project of the repository's own libraries.
cat >"$work/Digits.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="$repository/src/ModelGen/ModelGen.csproj" />
    <ProjectReference Include="$repository/src/ModelGen.Images/ModelGen.Images.csproj" />
    <ProjectReference Include="$repository/generator/ModelGen.Generator/ModelGen.Generator.csproj"
                      OutputItemType="Analyzer" ReferenceOutputAssembly="false" />
  </ItemGroup>
</Project>
PROJECT
for file in Program DrawnDigits DigitNetwork; do
    sed 's/Company.App_1/Digits/' "$repository/src/ModelGen.Templates/templates/modelgen/$file.cs" >"$work/$file.cs"
done

(cd "$work" && dotnet run -c Release >"$work/output")
{
    echo '$ dotnet run -c Release'
    sed -n '1,/µs a picture/p' "$work/output"
} >"$work/summary"
draw terminal "$work/summary" "$images/summary.svg"

sed -i 's/\[Flatten, /[/; /<summary>/d' "$work/DigitNetwork.cs"
(cd "$work" && dotnet build -c Release "-p:ErrorLog=$work/errors.sarif%2cversion=2.1" >/dev/null) || true
draw editor "$work/DigitNetwork.cs" "$work/errors.sarif" "$images/error.svg"

dotnet run -c Release --project "$repository/samples/FashionMnist" -- \
    --epochs 20 --output "$work/lenet5.safetensors" --html "$work/curves.html"
draw curve "$work/curves.html" "$images/curve.svg"
