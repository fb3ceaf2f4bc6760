#!/bin/sh
# Prints the path of a uv that runs: the one on the PATH, else one of our own in .uv/, put there by any Python 3.8 or
# newer. Its version comes from requirements/bootstrap.txt, so that what it is was decided here and not on that day.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

for uv in uv "$root/.uv/env/bin/uv"; do
    if "$uv" --version >/dev/null 2>&1; then
        command -v "$uv"
        exit 0
    fi
done

for python in python3 python; do
    "$python" -c 'import ensurepip, venv' 2>/dev/null || continue
    echo "Putting uv into .uv/ (once) ..." >&2
    "$python" -m venv "$root/.uv/env" >&2 || continue
    "$root/.uv/env/bin/python" -m pip install --quiet --require-hashes \
        -r "$root/requirements/bootstrap.txt" >&2 || continue
    echo "$root/.uv/env/bin/uv"
    exit 0
done
exit 1
