#!/bin/sh
# Names the system packages that are missing, in one line to copy; as root it installs them.
# Usage: system_packages.sh [browser]
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need ffmpeg ffmpeg
need ffprobe ffmpeg
need bwrap bubblewrap
if ! "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Saksi needs Python 3.11 or newer, and ${PYTHON:-python3} is older or missing."
  echo "Debian 12, Ubuntu 24.04 and later have it; or name another one: make PYTHON=/path/to/python3.12 ..."
  exit 1
fi
"${PYTHON:-python3}" -c "import ensurepip, venv" 2>/dev/null || missing="$missing python3-venv"
if [ "${1:-}" = browser ]; then need chromium chromium; fi
if [ "${1:-}" = browser ] || [ "${1:-}" = tests ]; then need strace strace; need espeak-ng espeak-ng; need exiftool libimage-exiftool-perl; fi
missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
[ -n "${missing% }" ] || exit 0
if [ "$(id -u)" = 0 ]; then
  echo "Installing: $missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "These system packages are missing. Install them, then run the same command again:"
  echo "  sudo apt-get update && sudo apt-get install -y $missing"
  exit 1
fi
