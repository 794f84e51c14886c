#!/usr/bin/env bash
# fetch_emulators.sh: a Bot API emulator that others wrote, for tests only, under var/emulators.
# Fetched once from the npm registry; afterwards it needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=telegram-api-mock-server@0.1.10
folder=var/emulators/npm
[ "$(cat "$folder/made-from" 2>/dev/null)" = "$wanted" ] && exit 0

command -v npm >/dev/null || { echo "no npm: the tests against a Bot API emulator are skipped" >&2; exit 0; }
echo "· fetching a Bot API emulator for the tests"
mkdir -p "$folder"
npm install --prefix "$folder" --no-audit --no-fund --silent "$wanted" ||
  { echo "it could not be fetched (is an npm registry in reach?): its tests are skipped" >&2; exit 0; }
echo "$wanted" >"$folder/made-from"
