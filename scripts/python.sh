#!/bin/sh
# Prints the path of a Python that can run fanshare: 3.12 or newer, able to make virtual environments.
#
# Looked for in this order: $PYTHON, the PATH, pyenv, uv. If there is none, uv is put into .uv/ by whatever older
# Python there is, and fetches one. The last resort is one sentence that says what to install.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
wanted=$(cat "$root/.python-version")

# A candidate counts only if it runs: pyenv's shims exist also for versions that are not chosen here.
path_of() {
    "$1" -c 'import sys
if sys.version_info < (3, 12): sys.exit(1)
import ensurepip, venv
print(sys.executable)' 2>/dev/null
}

take() {
    if found=$(path_of "$1") && [ -n "$found" ]; then
        printf '%s\n' "$found"
        exit 0
    fi
}

from_uv() {
    take "$(UV_PYTHON_DOWNLOADS=never "$1" python find --system --no-project "$wanted" 2>/dev/null || echo false)"
    take "$(UV_PYTHON_DOWNLOADS=never "$1" python find --system --no-project '>=3.12' 2>/dev/null || echo false)"
}

fetch_with() {
    echo "Fetching Python $wanted with uv (once) ..." >&2
    UV_PYTHON_INSTALL_DIR="$root/.uv/python" "$1" python install --no-bin --quiet "$wanted" >&2 || return 0
    for python in "$root"/.uv/python/*/bin/python; do take "$python"; done
}

if [ -n "${PYTHON:-}" ]; then
    take "$PYTHON"
    echo "PYTHON=$PYTHON is not a Python of 3.12 or newer that can make virtual environments." >&2
    exit 1
fi

for name in "python$wanted" python3.14 python3.13 python3.12 python3; do take "$name"; done

versions=${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions
for python in "$versions/$wanted"/bin/python "$versions/$wanted".*/bin/python "$versions"/3.1[2-9]*/bin/python; do
    take "$python"
done

if uv=$("$root/scripts/uv.sh"); then
    from_uv "$uv"
    fetch_with "$uv"
fi

echo "fanshare needs Python 3.12 or newer: install Python $wanted (for example 'apt install python3 python3-venv' on a recent Debian, 'brew install python' on a Mac, or 'pyenv install $wanted') and run this again." >&2
exit 1
