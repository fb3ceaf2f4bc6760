"""What becomes of a bank's file: elements cut out, doubled, exchanged, renamed, filled with anything; bytes changed."""

import re
from random import Random

from tests.fuzz.spoil import CELLS, noise

_ELEMENT = re.compile(rb"<(\w+)([^<>]*)>([^<>]*)</\1>")
_HOSTILE = [
    b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    b'<!DOCTYPE d SYSTEM "file:///etc/passwd">',
    b'<?xml version="1.0" encoding="UTF-16"?>',
    b"<!-- " + b"-" * 20,
    b"<x>" * 60,
    b"&a;",
    b"\xef\xbb\xbf",
    b"]]>",
]


def xml_body(chance: Random, raw: bytes) -> bytes:
    """An XML document with one to three of its leaves changed, with something hostile in it, or with bytes changed."""
    how = chance.random()
    if how < 0.15:
        return noise(chance, raw)
    if how < 0.25:
        place = chance.choice([0, raw.find(b"?>") + 2, chance.randrange(len(raw))])
        return raw[:place] + chance.choice(_HOSTILE) + raw[place:]
    for _ in range(chance.choice((1, 1, 2, 3))):
        raw = _leaf(chance, raw)
    return raw


def _leaf(chance: Random, raw: bytes) -> bytes:
    leaves = list(_ELEMENT.finditer(raw))
    if not leaves:
        return raw
    leaf, other = chance.choice(leaves), chance.choice(leaves)
    text = chance.choice(CELLS).encode("utf-8", "surrogatepass").replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    name, attributes = leaf[1], leaf[2]
    made = chance.choice(
        [
            b"",
            leaf[0] * 2,
            other[0],
            b"<%b%b>%b</%b>" % (name, attributes, other[3], name),
            b"<%b>%b</%b>" % (name, leaf[3], name),
            b"<%bX>%b</%bX>" % (name, leaf[3], name),
            b"<%b%b>%b</%b>" % (name, attributes, text, name),
            b"<%b%b>%b</%b>" % (name, attributes, text, name),
            b'<%b Ccy="%b">%b</%b>' % (name, other[3], leaf[3], name),
            b"<%b>%b</%b>" % (name, leaf[0], name),
        ]
    )
    return raw[: leaf.start()] + made + raw[leaf.end() :]
