"""Click ids as shops carry them: a list in a cart attribute, a parameter of an address. Shared by the connectors.

Unreadable evidence is no evidence, never an error: an order must not be lost over it.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

#: The list in the cart keeps the first id and the last nineteen.
MAX_CLICKS = 20
MAX_CODES = 20

_CLICK = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def path_ids(value: object) -> list[object]:
    """The ids of ``fs_path``: a JSON list, or separated by commas. Not yet judged; see ``click_ids``."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return []
    if value.lstrip().startswith("["):
        try:
            listed = json.loads(value)
        except (ValueError, RecursionError):
            return []
        return listed if isinstance(listed, list) else []
    return [part.strip() for part in value.split(",")]


def query_id(address: object, name: str) -> str:
    """The last value of a parameter in the query of an address or path; empty when there is none."""
    if not isinstance(address, str):
        return ""
    try:
        return parse_qs(urlsplit(address).query).get(name, [""])[-1]
    except ValueError:
        return ""


def click_ids(values: Iterable[object]) -> tuple[str, ...]:
    """What can be a click id, each once, in the order given."""
    good = (value for value in values if isinstance(value, str) and _CLICK.fullmatch(value))
    return tuple(dict.fromkeys(good))


def kept_clicks(clicks: tuple[str, ...]) -> tuple[str, ...]:
    """The first and the last nineteen of more than twenty."""
    return clicks if len(clicks) <= MAX_CLICKS else (clicks[0], *clicks[1 - MAX_CLICKS :])


def folded_codes(values: Iterable[object]) -> tuple[str, ...]:
    """Discount codes trimmed and case-folded, each once; at most twenty of a hundred characters."""
    codes = (value.strip().casefold() for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(code[:100] for code in codes if code))[:MAX_CODES]
