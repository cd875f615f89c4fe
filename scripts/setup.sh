#!/usr/bin/env bash
# Sets up everything that Lotline needs on Debian or Ubuntu: system packages, uv, the locked Python environment in .venv.
# Quick when all is there. `scripts/setup.sh --tests` also brings what the tests need (PostgreSQL, Chromium).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- Python ------------------------------------------------------------------------------------------------------------
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }
python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3 python3.13 python3.12 python3.11; do
        if has "$candidate" && fits "$candidate"; then
            python=$candidate
            break
        fi
    done
elif ! fits "$python"; then
    fail "PYTHON=$python is no Python 3.11, 3.12 or 3.13: name another, or leave PYTHON out"
fi
# uv itself runs from any Python 3; where none fits Lotline (Ubuntu 22.04), uv fetches one that does.
starter=${python:-python3}
has "$starter" || fail "Python is needed and none was found: sudo apt-get install python3 python3-venv"
has uv && uv --version >/dev/null 2>&1 && uv_there=yes || uv_there=no

# --- system packages ---------------------------------------------------------------------------------------------------
missing=()
need() { missing+=("$@"); }
has tesseract || need tesseract-ocr tesseract-ocr-eng
if has tesseract; then
    languages=$(tesseract --list-langs 2>&1 || true)
    grep -qx eng <<<"$languages" || need tesseract-ocr-eng
fi
has soffice || has libreoffice || need libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea
if [ $uv_there = no ] && ! "$starter" -c 'import ensurepip, venv' 2>/dev/null; then
    case $(basename "$starter") in
        python3.*) need "$(basename "$starter")-venv" ;;
        *) need python3-venv ;;
    esac
fi
if [ "${1:-}" = --tests ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    need postgresql
fi
if [ "${1:-}" = --tests ] && ! has chromium && ! has chromium-browser && ! has google-chrome; then
    need chromium
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
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq </dev/null || say "The package lists could not be renewed; trying with those that are there."
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive $order -qq </dev/null >/dev/null ||
        fail "the packages could not be installed; see why with: sudo $order"
fi

# Word's usual letters, Calibri and Cambria, as free fonts of the same widths: without them the page images of Word files break
# their lines elsewhere than the city's PCs do. Not worth failing for.
letters=()
if has soffice && has fc-list; then
    fc-list : family | grep -qi -e carlito -e calibri || letters+=(fonts-crosextra-carlito)
    fc-list : family | grep -qi -e caladea -e cambria || letters+=(fonts-crosextra-caladea)
fi
if [ ${#letters[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
    has apt-get && ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        "${letters[@]}" -qq </dev/null >/dev/null 2>&1 ||
        say "Fonts are missing: page images of Word files may break lines elsewhere (sudo apt-get install ${letters[*]})."
fi

# --- uv and the locked environment -------------------------------------------------------------------------------------
uv=(uv)
if [ $uv_there = no ]; then
    tools=.venv-uv
    [ -x "$tools/bin/python" ] || "$starter" -m venv "$tools"
    [ -x "$tools/bin/uv" ] || "$tools/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' ||
        fail "uv could not be installed from PyPI: check this machine's network or its PIP_INDEX_URL, then try again"
    uv=("$tools/bin/uv")
fi
# Where .venv and uv's cache are on different disks, links are impossible; copying always works.
export UV_LINK_MODE=${UV_LINK_MODE:-copy}
# Compiled once here, every later start is quick, also where Python may write no bytecode.
"${uv[@]}" sync --quiet --frozen --compile-bytecode --python "${python:-3.12}" ||
    fail "the locked Python packages could not be installed: check this machine's network and free disk space, then try again"
say "Set up: $(.venv/bin/python --version), $(tesseract --version 2>&1 | head -n 1)"
