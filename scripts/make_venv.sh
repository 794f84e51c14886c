#!/usr/bin/env bash
# make_venv.sh desk|bot: the environment from its lock files, made anew when they change.
# It appears whole or not at all: a broken-off install is thrown away.
set -euo pipefail
cd "$(dirname "$0")/.."
case "$1" in
  desk) venv=.venv minor=3.11 locks=(requirements/desk.lock requirements/torch.txt) ;;
  bot) venv=.venv-bot minor=3.10 locks=(requirements/bot.lock) ;;
  *) echo "make_venv.sh desk|bot" >&2; exit 2 ;;
esac
stamp="$(cat "${locks[@]}" | sha256sum | cut -c1-32)"
[ "$(cat "$venv/made-from" 2>/dev/null)" = "$stamp" ] && exit 0

python="$(bash scripts/find_python.sh "$minor")"
echo "· making $venv on $python (some minutes the first time)"
rm -rf "$venv"
"$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
log="$venv/install.log"
install() {
  "${pip[@]}" install "$@" >>"$log" 2>&1 || {
    tail -5 "$log" >&2
    echo "$venv could not be made (pip's words are above, all of them in $log). Is a package registry in reach?" >&2
    rm -f "$venv/made-from"
    exit 1
  }
}
if [ "$1" = desk ]; then
  install --require-hashes --no-deps -r requirements/desk.lock
  # TORCH_INDEX: an index with the CPU build, where the default registry serves the CUDA one
  install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r requirements/torch.txt
  printf '%s\n' "$PWD" >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/seatmate.pth"
  printf '#!/bin/sh\nexec "%s" -m desk "$@"\n' "$PWD/$venv/bin/python" >"$venv/bin/seatmate"
  chmod +x "$venv/bin/seatmate"
else
  # four packages come as source only and must be built with the setuptools they were written for
  install --require-hashes --no-deps -r requirements/bot.lock
fi
echo "$stamp" >"$venv/made-from"
