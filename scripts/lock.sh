#!/bin/sh
# Writes the lock files: exact versions with hashes, for every platform and every Python from 3.12 on.
# Whatever is given goes to uv, for example --upgrade.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
uv=$(scripts/uv.sh) || {
    echo "make lock needs uv: 'pip install uv' or see docs.astral.sh/uv" >&2
    exit 1
}

# The command line in the header and the index in use are about this machine, not about the project.
compile() {
    UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links "$@"
}

compile --python-version 3.12 pyproject.toml --group dev -o requirements/dev.txt "$@"
# The base takes its versions from the development lock: what is tested is what runs.
compile --python-version 3.12 pyproject.toml -c requirements/dev.txt -o requirements/base.txt "$@"
compile --python-version 3.12 requirements/build.in -o requirements/build.txt "$@"
compile --python-version 3.12 requirements/client.in -o requirements/client.txt "$@"
compile --python-version 3.12 requirements/scan.in -o requirements/scan.txt "$@"
compile --python-version 3.8 requirements/bootstrap.in -o requirements/bootstrap.txt "$@"
