#!/bin/sh
# Usage: scripts/install.sh base|dev
#
# Brings .venv to exactly what the lock files say and installs the source tree into it, in place. Stamps keep what
# was installed, so that a second call does nothing and takes no time.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
kind=${1:-base}
case $kind in
base | dev) ;;
*)
    echo "usage: scripts/install.sh base|dev" >&2
    exit 2
    ;;
esac

venv=.venv
python=$venv/bin/python

# The build tools are part of the base too: a properly installed package has its command and its metadata, and the
# processes that it starts find it without an environment variable.
state=$(cat requirements/*.txt pyproject.toml | cksum)

# The development lock holds the base's versions, so an environment for development serves for running as well.
is_current() {
    for stamp in "$venv/.installed-$kind" "$venv/.installed-dev"; do
        [ -x "$python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ] && return 0
    done
    return 1
}
if is_current; then exit 0; fi

# Two calls at once (an editor's and a person's) must not build one environment together.
mkdir -p .uv
lock=.uv/install.lock
if command -v flock >/dev/null 2>&1 && [ -z "${FANSHARE_INSTALLING:-}" ]; then
    FANSHARE_INSTALLING=1 exec flock "$lock" "$root/scripts/install.sh" "$kind"
fi

if ! "$python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
    rm -rf "$venv"
    base=$(scripts/python.sh)
    echo "Making $venv with $base ..." >&2
    "$base" -m venv "$venv"
fi

echo "Installing requirements/$kind.txt ..." >&2
pip() { "$python" -m pip --disable-pip-version-check --no-input "$@"; }
pip install --quiet --require-hashes -r "requirements/$kind.txt" -r requirements/build.txt
pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s\n' "$state" >"$venv/.installed-$kind"
