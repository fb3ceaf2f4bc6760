"""Settings in a file: ``FANSHARE_SETTINGS`` names it. What systemd starts and what a person types then mean the same.

One ``NAME=value`` a line; empty lines and lines that begin with ``#`` say nothing. There are no quotes, no variables
and no continued lines: what stands after the first ``=`` is the value, without the blanks around it.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from fanshare.core.errors import BadInputError

VARIABLE = "FANSHARE_SETTINGS"
_NAME = re.compile(r"(FANSHARE|DATABASE)_[A-Z0-9_]+")


def with_file(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment over what the file says. Raises ``BadInputError`` (``bad_setting``)."""
    name = environ.get(VARIABLE)
    if not name:
        return environ
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError("bad_setting", f"The settings in {name} can't be read: {error}.") from None
    return {**parsed(text, name), **environ}


def parsed(text: str, name: str) -> dict[str, str]:
    """The settings of a file's text. Raises ``BadInputError``; no value is repeated in it, for it may be a secret."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        key, equals, value = (part.strip() for part in said.partition("="))
        if not equals or not _NAME.fullmatch(key):
            raise BadInputError("bad_setting", f"{name}, line {number}: a setting is FANSHARE_SOMETHING=value.")
        found[key] = value
    return found
