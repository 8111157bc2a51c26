#!/bin/sh
# Writes everything that happens to a file, and goes on where it ended: keep-log.sh FILE [--data DIRECTORY]. Needs jq.
set -eu
onioncast="${ONIONCAST:-node $(dirname "$0")/../../bin/onioncast.cjs}"
file="$1"
shift
umask 077
touch "$file"
cursor="$(tail -n 1000 "$file" | jq -r '.cursor // empty' | tail -n 1)"

# shellcheck disable=SC2086
exec $onioncast events ${cursor:+--since "$cursor"} "$@" >> "$file"
