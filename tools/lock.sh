#!/usr/bin/env bash
# Writes requirements/*.txt: every version, with hashes, and no word about where it was fetched from.
# Usage: tools/lock.sh [--upgrade]     (without --upgrade, versions that still fit are kept)
set -euo pipefail
cd "$(dirname "$0")/.."

lock_tool="pip-tools==7.6.2"
python=.venv/bin/python
"$python" -m piptools --version >/dev/null 2>&1 || "$python" -m pip install --quiet "$lock_tool"

options=(--quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options)

"$python" -m piptools compile "${options[@]}" "$@" --build-deps-for=editable \
  --extra=learning --extra=parquet --output-file=requirements/run.txt pyproject.toml
"$python" -m piptools compile "${options[@]}" "$@" --build-deps-for=editable --extra=test \
  --constraint=requirements/run.txt --output-file=requirements/test.txt pyproject.toml

# The tool's own remark about setuptools says nothing about where it came from, but looks as if it did.
sed -i '/^# The following packages are considered to be unsafe/d' requirements/*.txt

if grep -nE 'https?:|file:|://' requirements/*.txt; then
  echo "lock: an address got into the lock files (lines above); they must name versions and hashes only." >&2
  exit 1
fi
