#!/bin/sh
# Fills corpus/workload with seeds: the shipped workloads and the bad files, each with settings and the
# file beside it; and writes dictionary.txt from the keys of the reader. Run from this folder.
set -eu
mkdir -p corpus/workload
for file in ../workloads/*.toml ../tests/bad/*.toml ../tests/bad/*.toml.in; do
    seed=corpus/workload/$(basename "$file")
    {
        cat "$file"
        printf '\n#set run.length=10m\n#set traffic.1.talk={ exponential = "1m" }\n#set node.1.work.setup=1ms\n'
        case $(grep -o '"[a-z_]*\.csv"' "$file" | head -n 1 | tr -d '"') in
        "") ;;
        *) printf '\n#beside\n'; cat ../tests/bad/good_calls.csv ;;
        esac
    } >"$seed"
done
{
    grep -oh '"[a-z][a-z_0-9]*"' ../src/workload/*.rs | sort -u
    printf '%s\n' '"[["' '"]]"' '" = { "' '" }"' '"\\x0a#set "' '"\\x0a#beside\\x0a"' '"250ms"' '"36000/h"' '"5%"'
} >dictionary.txt
