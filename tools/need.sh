#!/usr/bin/env bash
# Sees to it that a program of the system is there: tools/need.sh PROGRAM DEBIAN_PACKAGE
# Installs the package where this user may; otherwise says what is missing and the line that installs it, and fails.
# An empty PROGRAM means: the caller has already seen that the package is missing.
set -euo pipefail

program=$1
package=$2

if [ -n "$program" ] && command -v "$program" >/dev/null; then exit 0; fi

if ! command -v apt-get >/dev/null; then
  echo "kezek: ${program:-$package} is missing, and this system has no apt-get." >&2
  echo "kezek: install what your system calls \"$package\" and run the command again." >&2
  exit 1
elif [ "$(id -u)" = 0 ]; then
  as_root=()
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n)
else
  echo "kezek: ${program:-$package} is missing. Install it with:  sudo apt-get install -y $package" >&2
  exit 1
fi

echo "kezek: installing $package"
if ! { "${as_root[@]}" apt-get -qq update &&
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y install --no-install-recommends "$package" >/dev/null; }; then
  echo "kezek: $package could not be installed. Try it by hand:  apt-get install -y $package" >&2
  exit 1
fi
if [ -n "$program" ] && ! command -v "$program" >/dev/null; then
  echo "kezek: $package is installed, but there is still no program called $program." >&2
  exit 1
fi
