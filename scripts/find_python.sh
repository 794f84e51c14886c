#!/usr/bin/env bash
# find_python.sh 3.10: prints the path of a working CPython of that minor version, or says how to get one.
# SEATMATE_PYTHON_3_10=/path (or _3_11) overrides. Each candidate is run: shims and broken builds lie.
set -u
want="$1"

works() {
  [ -x "$1" ] && "$1" -I -c '
import ensurepip, sqlite3, ssl, sys, venv
fits = "%d.%d" % sys.version_info[:2] == sys.argv[1]
sys.exit(not (fits and sys.implementation.name == "cpython" and sys.maxsize > 2**32))
' "$want" >/dev/null 2>&1
}

candidates() {
  local root
  for root in "${PYENV_ROOT:-}" "$HOME/.pyenv" /opt/pyenv /usr/local/pyenv; do
    [ -n "$root" ] && ls -d "$root/versions/$want".*/bin/"python$want" 2>/dev/null | sort -rV
  done
  type -aP "python$want" 2>/dev/null
  printf '%s\n' "/usr/bin/python$want" "/usr/local/bin/python$want" "/opt/python$want/bin/python$want"
  command -v uv >/dev/null 2>&1 && ls -d "$(uv python dir 2>/dev/null)"/cpython-"$want".*/bin/"python$want" 2>/dev/null
}

override="SEATMATE_PYTHON_${want/./_}"
if [ -n "${!override:-}" ]; then
  works "${!override}" && { printf '%s\n' "${!override}"; exit 0; }
  echo "$override=${!override} is not a working 64-bit CPython $want with venv, ssl and sqlite3." >&2
  exit 1
fi
while IFS= read -r python; do
  works "$python" && { "$python" -I -c 'import os, sys; print(os.path.realpath(sys.executable))'; exit 0; }
done < <(candidates)

cat >&2 <<SAY
No working CPython $want was found. Get one in any of these ways, then run make again:
  uv python install $want            (https://docs.astral.sh/uv)
  pyenv install $want                (https://github.com/pyenv/pyenv)
  apt install python$want python$want-venv   (Debian 12 has 3.11; Ubuntu with the deadsnakes archive has both)
or point $override at one you have.
SAY
exit 1
