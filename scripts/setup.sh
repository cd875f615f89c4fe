#!/usr/bin/env bash
# Sets up everything that Lotline needs on Debian or Ubuntu: system packages, uv, the locked Python environment in .venv.
# Quick when all is there. `scripts/setup.sh --tests` also brings what the tests need (PostgreSQL).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- Python ------------------------------------------------------------------------------------------------------------
python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3 python3.13 python3.12 python3.11; do
        if has "$candidate" && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; then
            python=$candidate
            break
        fi
    done
fi
[ -n "$python" ] || fail "Python 3.11, 3.12 or 3.13 is needed and none was found: install one, or name it: PYTHON=/path/to/python3.12 make setup"

# --- system packages ---------------------------------------------------------------------------------------------------
missing=()
need() { missing+=("$@"); }
has tesseract || need tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd
if has tesseract; then
    languages=$(tesseract --list-langs 2>&1 || true)
    grep -qx eng <<<"$languages" || need tesseract-ocr-eng
    grep -qx osd <<<"$languages" || need tesseract-ocr-osd
fi
has soffice || has libreoffice || need libreoffice-writer-nogui libreoffice-calc-nogui
"$python" -c 'import ensurepip, venv' 2>/dev/null || need python3-venv
if [ "${1:-}" = --tests ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    need postgresql
fi
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
    order="apt-get install -y --no-install-recommends ${missing[*]}"
    has apt-get || fail "these packages are missing and this is no Debian or Ubuntu; install what is called so here: ${missing[*]}"
    if [ "$(id -u)" != 0 ] && ! { has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; then
        fail "ask someone with administrator rights to run this once, then try again: sudo apt-get update && sudo $order"
    fi
    say "Installing ${missing[*]} ..."
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq </dev/null
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive $order -qq </dev/null >/dev/null ||
        fail "the packages could not be installed; see why with: sudo $order"
fi

# --- uv and the locked environment -------------------------------------------------------------------------------------
uv=(uv)
if ! has uv || ! uv --version >/dev/null 2>&1; then
    tools=.venv-uv
    [ -x "$tools/bin/python" ] || "$python" -m venv "$tools"
    [ -x "$tools/bin/uv" ] || "$tools/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' ||
        fail "uv could not be installed from PyPI: check this machine's network or its PIP_INDEX_URL"
    uv=("$tools/bin/uv")
fi
# Where .venv and uv's cache are on different disks, links are impossible; copying always works.
export UV_LINK_MODE=${UV_LINK_MODE:-copy}
"${uv[@]}" sync --quiet --frozen --python "$python" ||
    fail "the locked Python packages could not be installed: check this machine's network or its UV_DEFAULT_INDEX, then try again"
say "Set up: $(.venv/bin/python --version), $(tesseract --version 2>&1 | head -n 1)"
