#!/bin/sh
# Speaks what is said in the chat: speak.sh [--data DIRECTORY]. Needs jq and espeak-ng.
# What strangers write comes to espeak-ng on standard input, never on a command line or through a shell.
set -eu
onioncast="${ONIONCAST:-node $(dirname "$0")/../../bin/onioncast.cjs}"

# shellcheck disable=SC2086
$onioncast events "$@" |
  jq --unbuffered -r 'select(.event == "message") | .message | "\(.author.name): \(.text)" | gsub("\\p{C}+"; " ") | .[0:300]' |
  while IFS= read -r line; do
    printf '%s\n' "$line" | espeak-ng --stdin
  done
