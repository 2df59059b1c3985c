#!/bin/sh
# Holds every workload that has a baseline in results/baselines against it, for any pipeline that has a shell.
# Exits with the worst code that `ctisim gate` gave: only 0 is a pass, and no baseline at all is none.
set -u
workloads=${WORKLOADS:-workloads} baselines=${BASELINES:-results/baselines} reports=${REPORTS:-target/gate}
mkdir -p "$reports" || exit 1
worst=0
found=no
for baseline in "$baselines"/*.json; do
    [ -e "$baseline" ] || continue
    found=yes
    name=$(basename "$baseline" .json)
    ctisim gate "$workloads/$name.toml" --baseline "$baseline" --quiet \
        --junit "$reports/$name.xml" --markdown "$reports/$name.md" "$@"
    code=$?
    if [ "$code" -gt "$worst" ]; then worst=$code; fi
done
if [ "$found" = no ]; then
    echo "there is no baseline in $baselines: record one with ctisim gate WORKLOAD --baseline FILE --record" >&2
    worst=12
fi
exit "$worst"
