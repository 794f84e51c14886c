#!/usr/bin/env bash
# The lock files from requirements/*.in, with hashes. torch is left out of the desk's: see torch.txt.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
"$(bash ../scripts/find_python.sh 3.11)" -m venv "$tools/venv"
"$tools/venv/bin/pip" --quiet install pip-tools uv
"$tools/venv/bin/pip-compile" --quiet --allow-unsafe --generate-hashes --strip-extras \
  --no-emit-index-url --no-emit-find-links --constraint torch.txt --output-file "$tools/desk.lock" desk.in
{
  echo "# The desk's packages on Python 3.11, each with its hashes. Made by \`make lock\` from desk.in; torch is in torch.txt."
  awk '/^[A-Za-z0-9]/ {skip = /^torch==/} !skip' "$tools/desk.lock" | grep -v '^#'
} >desk.lock
"$tools/venv/bin/uv" pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header -o bot.lock bot.in
