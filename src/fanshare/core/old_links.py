"""Old links of other tools in a shop's addresses: ``?via=cleo``.

Anybody can write such an address, and it does not say when somebody followed it. So an order that carries one is
credited only where nothing with a known moment counts: it fills a gap and displaces nobody.
"""

import re
from urllib.parse import parse_qsl, urlsplit

#: The names that tools put into a shop's address (sources: integrations/moving/README.md). Others may hold anything,
#: also somebody's personal data, and are not looked at.
PARAMS = frozenset({"via", "ref", "sca_ref", "rfsn", "tap_s", "aff", "fpr"})
#: Names that go with them and mean nothing without their tool.
COMPANIONS = frozenset({"tap_a"})
MOST = 5

_VALUE = re.compile(r"[^\s\x00-\x1f\x7f=&#<>\"'\\]{1,100}")
#: What begins the id of a touch by an old link.
PREFIX = "old:"


def is_value(text: str) -> bool:
    """Whether a text can be the value of an old link."""
    return _VALUE.fullmatch(text.strip()) is not None


def in_address(address: object) -> tuple[str, ...]:
    """The old links in an address of the shop, as ``name=value`` in lower case, at most ``MOST``; never an error."""
    if not isinstance(address, str) or "=" not in address:
        return ()
    try:
        pairs = parse_qsl(urlsplit(address).query, max_num_fields=100)
    except ValueError:
        return ()
    found = (f"{name.casefold()}={value.strip().casefold()}" for name, value in pairs if _is_old(name, value))
    return tuple(dict.fromkeys(found))[:MOST]


def _is_old(name: str, value: str) -> bool:
    return name.casefold() in PARAMS and is_value(value)
