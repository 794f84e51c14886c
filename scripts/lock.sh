#!/usr/bin/env bash
# The lock files from requirements/*.in, with hashes; versions stay as they are locked while they fit.
# torch is left out of the desk's, with what it brings for graphics cards: see torch.txt.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
python="$(bash ../scripts/find_python.sh 3.11)"
"$python" -m venv "$tools/venv"
"$tools/venv/bin/pip" --quiet install uv
compile=("$tools/venv/bin/uv" pip compile --quiet --generate-hashes --no-header)
cp desk.lock "$tools/desk.lock"
"${compile[@]}" --python "$python" --constraint torch.txt -o "$tools/desk.lock" desk.in
{
  echo "# The desk's packages on Python 3.11, each with its hashes. Made by \`make lock\` from desk.in; torch is in torch.txt."
  awk '/^[A-Za-z0-9]/ {skip = /^(torch|triton|nvidia-|cuda-)/} !skip' "$tools/desk.lock" | grep -v '^#'
} >desk.lock
"${compile[@]}" --universal --python-version 3.10 -o bot.lock bot.in
"${compile[@]}" --python "$python" -o emulator.lock emulator.in
