"""A store whose every text field tries to break out of the page."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from tests.web.support import sample
from tests.web.support.memory import MemoryPageStore

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "'-alert(1)-'</title></desc></svg><svg onload='window.pwned=1'>",
    "{{ 7*7 }}{% raw %}<b>pwned</b>",
    "</style><style>body{display:none}</style>",
    '<a href="javascript:window.pwned=1">x</a>\N{RIGHT-TO-LEFT OVERRIDE}&lt;&#x3c;',
)

#: Fields that are no free text: the adapter makes them, or the port refuses anything else.
_FIXED = {"slug", "time_zone", "currency", "role", "bucket", "state", "href"}


def poisoned(record: Any, payload: str) -> Any:
    """A copy of a record, however deep, in which every free text is the payload."""
    if isinstance(record, str):
        return payload
    if isinstance(record, tuple) and not hasattr(record, "_fields"):
        return tuple(poisoned(part, payload) for part in record)
    if not is_dataclass(record) or isinstance(record, type):
        return record
    names = [field.name for field in fields(record) if field.name not in _FIXED]
    return replace(record, **{name: poisoned(getattr(record, name), payload) for name in names})


def store(payload: str) -> MemoryPageStore:
    """The sample installation, poisoned."""
    sound = sample.store()
    return MemoryPageStore(
        cards=(poisoned(sample.BEA, payload), replace(poisoned(sample.BEA, payload), slug="other")),
        creators={key: poisoned(page, payload) for key, page in sound.creators.items()},
        terms_pages={key: poisoned(page, payload) for key, page in sound.terms_pages.items()},
        lines={key: poisoned(line, payload) for key, line in sound.lines.items()},
        report=poisoned(sound.report, payload),
        texts={key: poisoned(text, payload) for key, text in sound.texts.items()},
    )
