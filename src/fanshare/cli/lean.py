"""Processes that stay leave behind what read their command line.

Whatever reads a command line (Typer and what it takes along) is 12 MB in every process that serves or works for
months. Once the line is read, the process becomes another one by exec(2): the same number, the same files, and what was
read in its environment. Only a program that is fanshare itself does so; one that has wrapped it goes on as it is.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fanshare.cli.call import Session

#: Where the process that comes after finds what was read.
READ = "FANSHARE_LINE_READ"


def become(this: Session, options: Mapping[str, Any]) -> None:
    """Go on with these options of ``serve`` (with a ``part``) or ``work``, and nothing else in memory."""
    if not _is_fanshare_itself():
        return
    home = None if this.home is None else str(this.home)
    read = {"home": home, "slug": this.slug, "json": this.json, "log_json": this.log_json, "options": dict(options)}
    os.environ[READ] = json.dumps(read)
    sys.stdout.flush()
    sys.stderr.flush()
    # -P: the directory that somebody stands in is not where programs come from, as with the script.
    words = [sys.executable, *_interpreter_options(), "-P", "-m", "fanshare", *sys.argv[1:]]
    os.execv(sys.executable, words)  # noqa: S606 - ourselves


def run() -> None:
    """The entry point of the process that comes after."""
    from fanshare.cli.failures import guarded
    from fanshare.config.collector import look_seldom
    from fanshare.config.settings_file import with_file

    read = json.loads(os.environ.pop(READ))
    look_seldom()
    home = None if read["home"] is None else Path(read["home"])
    this = Session(with_file(os.environ), home, read["slug"], read["json"], read["log_json"])
    sys.exit(guarded(lambda: _go_on(this, **read["options"]), as_json=this.json))


def _go_on(this: Session, *, as_child: bool, part: str = "", host: str = "", port: int = 0) -> None:
    if part:
        from fanshare.cli.parts import Part, serve

        serve(this, Part(part), host, port, as_child=as_child)
    else:
        from fanshare.cli.working import work

        work(this, as_child=as_child)


def _is_fanshare_itself() -> bool:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return bool(spec.name == "fanshare.__main__")
    return Path(getattr(main, "__file__", "")).name == "fanshare"


def _interpreter_options() -> list[str]:
    """What the interpreter was told for itself, such as ``-W error``."""
    told = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv)]
    return told[:-1] if told[-1:] == ["-m"] else told
