#!/bin/bash
# Packs, and does with the packages what people do with them: every project of tests/packages is built against a feed of nothing but these
# packages beside the machine's own sources, with an empty package folder, and run; so are the templates. A line for each, "ok NAME" or
# "FAILED NAME", what went wrong before it, and at the end how many of each. Everything but the packing itself happens in a temporary
# folder.
# Usage: packages.sh [NAME...]: only these. Needs unzip; NativeAOT needs clang or gcc, and zlib; "browser" needs chromium and is skipped
# without.
# Exit codes: 0 all is well, 1 something failed, 77 all that was asked for was skipped.
set -uo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en LC_ALL=C.UTF-8
# Programs for .NET 8 run on the runtime that is there.
export DOTNET_ROLL_FORWARD=Major
wanted=("$@")
passed=0
failed=0
skipped=0

wants() {
    [ ${#wanted[@]} = 0 ] && return 0
    local name
    for name in "${wanted[@]}"; do [ "$name" = "$1" ] && return 0; done
    return 1
}

# check NAME COMMAND...: what the command prints is shown if it fails; the last line is why, if it is skipped with exit code 77.
check() {
    local name=$1 start=$SECONDS code
    shift
    wants "$name" || return 0
    ("$@") >"$work/$name.log" 2>&1
    code=$?
    if [ $code = 0 ]; then
        echo "ok $name ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    elif [ $code = 77 ]; then
        echo "skipped $name: $(tail -n 1 "$work/$name.log")"
        skipped=$((skipped + 1))
    else
        tail -n 60 "$work/$name.log" | sed 's/^/    /'
        echo "FAILED $name"
        failed=$((failed + 1))
    fi
}

# Shows the warnings and errors in a log, and fails if there are any.
quiet() {
    ! grep -E '(warning|error) [A-Z]*[0-9]*:' "$1"
}

# one_error ID WORD COMMAND...: the command has to fail with one error, which is said in one line that has the word.
one_error() {
    local id=$1 word=$2 log=$work/one_error
    shift 2
    if "$@" >"$log" 2>&1; then
        echo "expected $id, but it succeeded"
        return 1
    fi
    cat "$log"
    # A build says its errors twice, and NuGet lists the frameworks on lines of their own.
    grep -oE 'error [A-Z]+[0-9]+: .*' "$log" | grep -vE ': +- ' | sort -u >"$log.lines"
    [ "$(wc -l <"$log.lines")" = 1 ] && grep -q "^error $id: .*$word" "$log.lines"
}

# What is in the packages, but for the libraries that a tool brings along.
contents() {
    local package
    for package in *.nupkg *.snupkg; do
        unzip -Z1 "$package" | sed "s|^|$(sed -E 's/\.[0-9]+\.[0-9]+\.[0-9]+(-[^ ]*)?(\.s?nupkg)$/\2/' <<<"$package"): |"
    done | grep -vE '\[Content_Types\]|_rels/|\.psmdcp$|: tools/' | sort
}

all_packages() {
    dotnet pack "$repository" -c Release -o "$work/feed" -v quiet -nologo || return 1
    quiet "$work/all-packages.log" && diff "$repository/tests/packages/contents.txt" <(cd "$work/feed" && contents)
}

# Packed once more they are the same to the byte; that what is in them is, determinism.sh shows.
same_twice() {
    dotnet pack "$repository" -c Release --no-build -o "$work/again" -v quiet -nologo && diff -r "$work/feed" "$work/again"
}

# Everything that a solution can build, in one go.
prepare() {
    version=$(cd "$work/feed" && ls ModelGen.[0-9]*.nupkg | sed -E 's/^ModelGen\.(.*)\.nupkg$/\1/')
    # Our packages come from the feed alone, everything else from the machine's sources.
    {
        echo "<configuration><packageSources><add key='packed' value='$work/feed' /></packageSources><packageSourceMapping>"
        echo "<packageSource key='packed'><package pattern='ModelGen' /><package pattern='ModelGen.*' /></packageSource>"
        dotnet nuget list source | sed -nE 's/^ *[0-9]+\. +(.*) \[Enabled\]$/\1/p' |
            sed "s|.*|<packageSource key='&'><package pattern='*' /></packageSource>|"
        echo "</packageSourceMapping></configuration>"
    } >"$work/nuget.config"
    export NUGET_PACKAGES=$work/packages DOTNET_CLI_HOME=$work/home
    cp -r "$repository/tests/packages" "$work/consumers"
    cd "$work/consumers" || exit 1
    mv special-path "$special"
    sed -i "s/MODELGEN_VERSION/$version/" file-based/app.cs
    echo "<Project><PropertyGroup><ModelGenVersion>$version</ModelGenVersion></PropertyGroup></Project>" >Directory.Build.props
    local folder
    {
        echo '<Solution>'
        for folder in */; do
            [ "$folder" = "$special/" ] && wants special-path || wants "${folder%/}" || continue
            find "$folder" -name '*.csproj' | grep -vE "^($apart)/" | sed 's|.*|  <Project Path="&" />|'
        done
        echo '</Solution>'
    } >consumers.slnx
}

special='a folder with spaces, # and ümläuts'
# What is published, built with something else beside it, or must not build.
apart='aot|trimmed|net6|netstandard|too-old|tool-new|browser'
build_solution() {
    [ -f "$work/solution.log" ] || dotnet build consumers.slnx -c Release -v quiet -nologo >"$work/solution.log" 2>&1
}

# builds_and_runs FOLDER ASSEMBLY [ARGUMENT]: nothing in the folder got a warning, and the program ends well on every framework.
builds_and_runs() {
    build_solution
    if grep -F "/consumers/$1/" "$work/solution.log"; then
        echo "the build is not quiet"
        return 1
    fi
    local program found=
    for program in "$1"/bin/Release/net*/"$2.dll"; do
        [ -f "$program" ] || break
        found=yes
        dotnet "$program" "${@:3}" || return 1
    done
    [ -n "$found" ] || { cat "$work/solution.log"; echo "nothing was built"; return 1; }
}

publishes() {
    dotnet publish "$1" -c Release -r "$rid" -o "$work/published/$1" -v quiet -nologo >"$work/publish.log" 2>&1
    cat "$work/publish.log"
    quiet "$work/publish.log" && ! grep -E 'IL[0-9]{4}' "$work/publish.log" && "$work/published/$1/$1"
}

# Where there are no threads: a page of WebAssembly loads weights and runs a network in a browser, and gets the bits of this machine.
browses() {
    local chromium
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "there is no chromium"; return 77; }
    dotnet publish browser/Page -c Release -o "$work/published/page" -v quiet -nologo >"$work/publish.log" 2>&1
    dotnet build browser/Server -c Release -v quiet -nologo >>"$work/publish.log" 2>&1
    cat "$work/publish.log"
    quiet "$work/publish.log" && ! grep -E 'IL[0-9]{4}' "$work/publish.log" &&
        dotnet browser/Server/bin/Release/net10.0/Server.dll "$work/published/page/wwwroot" "$chromium"
}

# The command as it is installed: all networks that it writes compile without a warning, and it finds those of projects for the framework
# it runs on, for an older one, and of a web application.
tool() {
    local modelgen=$work/tools/modelgen name count networks
    dotnet tool install ModelGen.Tool --tool-path "$work/tools" --version "$version" || return 1
    "$modelgen" new --json | sed -nE 's/^ *"name": "(.*)",$/\1/p' >"$work/names"
    while read -r name; do
        "$modelgen" new "$name" --namespace "Company.Of_$name" --output "tool-new/$name.cs" || return 1
    done <"$work/names"
    # As it is without options, too.
    (cd tool-new && "$modelgen" new squeezenet1_0) || return 1
    dotnet build tool-new -c Release -v quiet -nologo >"$work/tool-new.log" 2>&1
    cat "$work/tool-new.log"
    quiet "$work/tool-new.log" || return 1
    count=$(wc -l <"$work/names")
    for name in net8.0 net10.0; do
        networks=$("$modelgen" summary tool-new --no-build --framework $name --json | grep -cE '^    "name": ')
        [ "$networks" = $((count + 1)) ] || { echo "expected $((count + 1)) networks for $name, found $networks"; return 1; }
    done
    "$modelgen" summary console-net8 Lines && "$modelgen" bench console-net8/console-net8.csproj --seconds 0.1 &&
        "$modelgen" summary web PictureNetwork
}

file_based() {
    cd file-based && dotnet run app.cs >"$work/file.log" 2>&1
    cat "$work/file.log"
    quiet "$work/file.log" && grep -q '^answers: right$' "$work/file.log"
}

too_old() {
    local package=$1
    shift
    one_error MG0011 "$1" dotnet build too-old -v quiet -nologo "-p:Package=$package" "${@:2}"
}

# A change of the network's file is seen, and the program built anew.
watches() {
    # A process group of its own, which ends with all that the watcher started.
    set -m
    (cd json && exec dotnet watch --non-interactive run >"$work/watching.log" 2>&1) &
    local watch=$! result=1 i
    for i in $(seq 240); do
        if grep -q 'outputs: 5' "$work/watching.log" 2>/dev/null; then
            result=0
            break
        fi
        if grep -q 'outputs: 3' "$work/watching.log" && grep -q '"outFeatures": 3' json/networks/small.network.json; then
            sed -i 's/"outFeatures": 3/"outFeatures": 5/' json/networks/small.network.json
        fi
        sleep 1
    done
    kill -TERM -- -$watch
    wait $watch
    cat "$work/watching.log"
    return $result
}

# What a program prints without what another processor changes: losses, speeds, shares. Signs that SVG escapes are a ? in both.
stable() {
    sed -E "s/&#[0-9]+;|[×µ']/?/g; /^epoch|new pictures|^[0-9] \(/s/[0-9.,]+/N/g; s/ *best\$//; s/ +/ /g; s/ \$//"
}

# shows TEXT LOG: the program printed the lines that README shows.
shows() {
    stable <"$1" >"$1.stable"
    stable <"$2" | head -n "$(wc -l <"$1")" | diff "$1.stable" -
}

# What README says, from nothing: no package folder, no template.
template() {
    export NUGET_PACKAGES=$work/no-packages
    mkdir -p "$work/template" && cd "$work/template" || return 1
    local start=$SECONDS
    dotnet new install ModelGen.Templates || return 1
    dotnet new modelgen -o Digits && cd Digits || return 1
    dotnet run -c Release >"$work/first.log" 2>&1 || { cat "$work/first.log"; return 1; }
    echo "    from nothing to the first output: $((SECONDS - start)) s" >"$work/time"
    dotnet run -c Release >"$work/second.log" 2>&1
    { printf 'P5 28 28 255\n'; head -c 784 /dev/zero; } >black.pgm
    dotnet run -c Release -- black.pgm >"$work/third.log" 2>&1 || { cat "$work/third.log"; return 1; }
    cat "$work/first.log" "$work/second.log" "$work/third.log"
    grep -qE '^[0-9] \([0-9.]+ ?%\), or ' "$work/third.log" && quiet "$work/first.log" &&
        grep -qE '^9[0-9]\.[0-9] ?% of 2,000 new pictures are right' "$work/first.log" &&
            ! grep -q '^epoch' "$work/second.log" || return 1
    # The picture's text, but for the command.
    sed -n '/<title>/,/<\/title>/p' "$repository/docs/images/summary.svg" | sed '1d; s|</title>||' >"$work/picture"
    sed -n '/^digits.safetensors has/,/^```/p' "$repository/README.md" | grep -v '^```' >"$work/text"
    [ -s "$work/picture" ] && [ -s "$work/text" ] && shows "$work/picture" "$work/first.log" && shows "$work/text" "$work/second.log"
}

# other_template NAME: builds without a warning, on both frameworks.
other_template() {
    cd "$work/consumers" || return 1
    if [ ! -f "$work/templates.log" ]; then
        dotnet new install ModelGen.Templates >"$work/templates.log" 2>&1
        local template framework
        for template in modelgen modelgen-lib modelgen-json; do
            for framework in net8.0 net10.0; do
                dotnet new $template -o "Of $template/$framework" -n "App-$template-$framework" -f $framework --no-restore || return 1
                echo "  <Project Path=\"Of $template/$framework/App-$template-$framework.csproj\" />" >>templates.list
            done
        done
        { echo '<Solution>'; cat templates.list; echo '</Solution>'; } >templates.slnx
        dotnet build templates.slnx -c Release -v quiet -nologo >>"$work/templates.log" 2>&1
    fi
    cat "$work/templates.log"
    ! grep -E "(warning|error) .*/Of $1/" "$work/templates.log" && [ -f "Of $1/net8.0/bin/Release/net8.0/App-$1-net8.0.dll" ] &&
        [ -f "Of $1/net10.0/bin/Release/net10.0/App-$1-net10.0.dll" ]
}

json_template() {
    other_template modelgen-json && cd "Of modelgen-json" && dotnet net10.0/bin/Release/net10.0/App-modelgen-json-net10.0.dll
}

# The first network of README, in a project of one's own.
add_package() {
    mkdir -p "$work/own" && cd "$work/own" || return 1
    dotnet new console && dotnet add package ModelGen || return 1
    awk '/^```/ { if (block ~ /new Digits\(Digits.CreateWeights/) { printf "%s", block; exit } block = ""; next }
        { block = block $0 "\n" }' "$repository/README.md" >Program.cs
    dotnet run -c Release >"$work/own.log" 2>&1
    cat "$work/own.log"
    quiet "$work/own.log" && grep -q 'Parameters:' "$work/own.log"
}

rid=linux-x64
[ "$(uname -m)" = aarch64 ] && rid=linux-arm64

wanted_before=("${wanted[@]}")
wanted=()
check all-packages all_packages
[ $failed = 0 ] || exit 1
wanted=("${wanted_before[@]}")
(cd "$work/feed" && stat -c '    %n: %s bytes' ./*.nupkg | sed 's|\./||')
check same-twice same_twice
prepare

for name in console-net8 console-net10 multi-target central-packages strict overflow no-implicit-usings names json; do
    check $name builds_and_runs $name $name
done
check web builds_and_runs web web "$repository/tests/ModelGen.Images.Tests/data/444.jpg"
check special-path builds_and_runs "$special" special-path
check library builds_and_runs library/Application Application
check zoo-friends builds_and_runs zoo-friends/Second Second
check browser browses
check tool tool
check file-based file_based
check add-package add_package
check net6 one_error NU1202 'ModelGen .* is not compatible with net6.0' dotnet build net6 -v quiet -nologo
check netstandard one_error NU1202 'ModelGen .* is not compatible with netstandard2.1' dotnet build netstandard -v quiet -nologo
check old-language too_old ModelGen 'C# 12' -p:LangVersion=9
check old-language-zoo too_old ModelGen.Zoo 'C# 12' -p:LangVersion=9
check old-compiler too_old ModelGen 'NET 8 SDK' -p:CompilerApiVersion=roslyn4.7
check watch watches
check aot publishes aot
check trimmed publishes trimmed
check template template
cat "$work/time" 2>/dev/null
check template-net8 other_template modelgen
check template-lib other_template modelgen-lib
check template-json json_template

echo "packages: $passed ok, $failed failed"
[ $failed = 0 ] || exit 1
[ $passed -gt 1 ] || [ $skipped = 0 ] || exit 77
