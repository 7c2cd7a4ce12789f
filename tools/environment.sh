#!/usr/bin/env bash
# Makes .venv and installs one of the locked sets into it: `run` (the product) or `test` (and its tests).
# Called by the Makefile when requirements/ or pyproject.toml is newer than the stamp.
set -euo pipefail
cd "$(dirname "$0")/.."

set_name=$1
lock=requirements/$set_name.txt

# The system's own first: Debian builds it guided by a profile, and it runs this program a tenth faster
# than one that was built by hand.
find_python() {
  local candidate
  for candidate in /usr/bin/python3.11 python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  echo "kezek: Python 3.11 or newer is missing. Install it with:  apt-get install -y python3" >&2
  return 1
}

# Debian ships Python without the part that makes environments.
makes_environments() {
  "$1" -c 'import venv, ensurepip' 2>/dev/null
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  python=$(find_python)
  if ! makes_environments "$python" && ! tools/need.sh "" python3-venv; then
    # Another Python may make them where nothing may be installed.
    python=$(command -v python3.11 || command -v python3)
    makes_environments "$python"
  fi
  echo "kezek: making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi

# The two sets share their versions, so the larger one also serves `make demo`; the reverse is not true.
echo "kezek: installing $lock (only when it changed; the first time takes a minute or two)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
# The build tool comes from the lock too, hence no build isolation.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# The learned part of forecasts is linked against it. The product runs without that part, so for the
# product alone a machine where it may not be installed goes on with the sentence that says how.
if ! /sbin/ldconfig -p 2>/dev/null | grep -q 'libgomp\.so\.1'; then
  tools/need.sh "" libgomp1 || [ "$set_name" = run ]
fi

touch ".venv/$set_name.stamp"
if [ "$set_name" = test ]; then touch .venv/run.stamp; fi
