"""Makes the Python client anew from the description of the API (make client).

``clients/python/openapi.json`` is the description that it was made from, ``clients/python/made.sha256`` what came out:
a test compares both with what is there, so that the client is never behind the API and never edited by hand.
The generator has an environment of its own below ``.uv``: it wants older libraries than fanshare.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "clients" / "python"
PACKAGE, DESCRIPTION, DIGEST = HOME / "fanshare_client", HOME / "openapi.json", HOME / "made.sha256"
TOOLS = ROOT / ".uv" / "client"
LOCK = ROOT / "requirements" / "client.txt"


def described() -> str:
    """The description of the API, as text."""
    from fanshare.config.django import configure

    configure()
    from fanshare.config.urls import api

    schema: Any = api.get_openapi_schema()
    return json.dumps(schema, indent=1, sort_keys=True, default=str) + "\n"


def digest() -> str:
    """One digest of every generated file and its name."""
    files = sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(HOME)}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest() + "\n"


def _tools() -> Path:
    """The folder of the generator's commands; installed once for each lock file."""
    stamp, wanted = TOOLS / "installed", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        venv.create(TOOLS, with_pip=True, clear=True)
        pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
        subprocess.run(pip, check=True)  # noqa: S603 - our own lock file
        stamp.write_text(wanted, "utf-8")
    return TOOLS / "bin"


def main() -> None:
    """Write the description, the client and its digest."""
    bin_ = _tools()
    DESCRIPTION.write_text(described(), "utf-8")
    shutil.rmtree(PACKAGE, ignore_errors=True)
    config = {"post_hooks": [f"{bin_}/ruff check --isolated --fix-only .", f"{bin_}/ruff format --isolated ."]}
    settings = TOOLS / "settings.json"
    settings.write_text(json.dumps(config), "utf-8")
    made = [str(bin_ / "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    where = ["--path", str(DESCRIPTION), "--output-path", str(PACKAGE), "--config", str(settings)]
    subprocess.run([*made, *where], check=True, stdout=sys.stderr)  # noqa: S603 - as above
    shutil.rmtree(PACKAGE / ".ruff_cache", ignore_errors=True)
    (PACKAGE / "py.typed").touch()
    DIGEST.write_text(digest(), "utf-8")


if __name__ == "__main__":
    main()
