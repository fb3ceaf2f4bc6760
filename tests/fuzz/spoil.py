"""What becomes of a real input: values of other types, huge numbers, halves of characters, twins, holes, noise.

Every function takes the chance first and is a pure function of it.
"""

import json
from random import Random
from typing import Any

#: Put in place of a JSON value, as JSON text: what the world has sent to shops before.
WORDS = "null true false [] {} [[]] [{}] [null] [7] NaN Infinity -Infinity"
NUMBERS = """
0 -1 -0 1.5 1e400 -1e400 1e-400 9223372036854775807 9223372036854775808 -9223372036854775808 18446744073709551615
18446744073709551616 4294967296 9007199254740993 1e18 1e19 2.5e-7 9000000000000 9000000000000.000001
0.1234567890123456789012345678901
"""
TEXTS = r"""
"" "0" "-0" "-1.00" "1e5" "NaN" "Infinity" "\u0661\u0662" "\uff11\uff12" "\ud800" "\udfff\ud800" "\u0000" "a\u0000b"
"9999999999999.999999" "9000000000000.000001" "+1" "0x10" "1_000" "\u00201\u0020" "1,5" "\u202e" "\ufeff" "\u00e9"
"2026-02-30T00:00:00Z" "9999-12-31T23:59:59-23:59" "0001-01-01T00:00:00+23:59" "1969-12-31T23:59:59"
"e\u0301" "2026-06-30T23:59:60Z" "253402300800" "99999999999999" "wc-" "trash" "deleted" "JPY" "KWD" "XXX" "eur"
"true" "null" "__proto__" "'OR'1'='1"
"gid://shopify/Order/0" "https://evil.example" "../../etc/passwd" "%00" "%ff" "=cmd|'/C'!A0" "\n" "\r\n" "\\"
"""
LONG = [
    "1" * 400,
    "0." + "1" * 400,
    '"' + "x" * 5_000 + '"',
    '"' + "9" * 300 + '"',
    "[" * 70 + "]" * 70,
    '{"a":' * 70 + "1" + "}" * 70,
    "[" * 5_000 + "]" * 5_000,
    '" "',
    '"paid "',
    '{"0": {}}',
    '{"0": {}, "00": {}}',
    '{"a": 1, "a": 2}',
    "[" + ",".join(["{}"] * 300) + "]",
]
NASTY = [*WORDS.split(), *NUMBERS.split(), *TEXTS.split(), *LONG]
#: The same for formats whose cells are plain text.
CELLS = [*(json.loads(text) for text in TEXTS.split()), *NUMBERS.split(), "x" * 600, '"', '""', ",", ";", "\t", "a,b"]


def json_body(chance: Random, raw: bytes) -> bytes:
    """A JSON document with one to three of its values changed, or with its bytes changed."""
    if chance.random() < 0.2:
        return noise(chance, raw)
    document = json.loads(raw)
    marks: list[str] = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        document = _change(chance, document, marks)
    text = json.dumps(document)
    for number, mark in enumerate(marks):
        text = text.replace(f'"@@{number}@@"', mark)
    return text.encode()


def _change(chance: Random, document: Any, marks: list[str]) -> Any:
    """Change one value somewhere, the top included."""
    node, key = None, None
    child = document
    while isinstance(child, dict | list) and child and not (node is not None and chance.random() < 0.12):
        node = child
        key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
        child = node[key]
    if node is None or chance.random() < 0.01:
        marks.append(chance.choice(NASTY))
        return f"@@{len(marks) - 1}@@"
    _put(chance, node, key, marks)
    return document


def _put(chance: Random, node: Any, key: Any, marks: list[str]) -> None:
    how = chance.random()
    if how < 0.12:
        del node[key]
    elif how < 0.20 and isinstance(node, list):
        node.insert(key, json.loads(json.dumps(node[key])))
    elif how < 0.26 and isinstance(node, dict):
        other = chance.choice(list(node))
        node[key], node[other] = node[other], node[key]
    elif how < 0.30 and isinstance(node, dict):
        marks.append(f'0, "{json.dumps(str(key))[1:-1]}": {chance.choice(NASTY)}')
        node[key] = f"@@{len(marks) - 1}@@"
    else:
        marks.append(chance.choice(NASTY))
        node[key] = f"@@{len(marks) - 1}@@"


def noise(chance: Random, raw: bytes) -> bytes:
    """Bytes changed, cut, doubled, or put in."""
    if not raw:
        return chance.randbytes(chance.randrange(4))
    place, length = chance.randrange(len(raw)), chance.randrange(1, 8)
    how = chance.random()
    if how < 0.25:
        return raw[:place]
    if how < 0.5:
        flipped = bytearray(raw)
        for _ in range(length):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        return bytes(flipped)
    put = chance.choice([b"", chance.randbytes(length), raw[place : place + 50], b"\0", b"\xff\xfe", b"\xed\xa0\x80"])
    return raw[:place] + put + raw[place + length :]


def pairs(chance: Random, query: bytes) -> bytes:
    """A query or form with some of its pairs changed, doubled, dropped, renamed, or its bytes changed."""
    if chance.random() < 0.2:
        return noise(chance, query)
    parts = query.split(b"&")
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(parts))
        name, _, value = parts[at].partition(b"=")
        parts[at : at + 1] = chance.choice(
            [
                [],
                [parts[at], parts[at]],
                [name],
                [name + b"="],
                [name + b"[]=" + value],
                [name.upper() + b"=" + value],
                [name + b"=" + _percent(chance, chance.choice(CELLS))],
                [name + b"=" + _percent(chance, chance.choice(CELLS))],
                [name + b"=" + chance.choice([b"%", b"%zz", b"%00", b"%ff", b"%ED%A0%80", b"{sub1}", b"+", b"%2e%2E"])],
            ]
        ) or [b""]
    return b"&".join(parts)


def _percent(chance: Random, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        return b"".join(b"%%%02X" % byte for byte in raw)
    return raw.replace(b"&", b"%26").replace(b"\n", b"%0A").replace(b"#", b"%23").replace(b" ", b"+")


def table(chance: Random, raw: bytes) -> bytes:
    """A CSV file with cells, rows, columns or bytes changed."""
    if chance.random() < 0.25:
        return noise(chance, raw)
    lines = raw.decode().splitlines()
    delimiter = max(",;\t", key=lines[0].count)
    for _ in range(chance.choice((1, 1, 2, 4))):
        row = chance.randrange(len(lines))
        cells = lines[row].split(delimiter)
        at = chance.randrange(len(cells))
        how = chance.random()
        if how < 0.60:
            cells[at] = _quoted(chance, chance.choice(CELLS), delimiter)
        elif how < 0.68:
            del cells[at]
        elif how < 0.76:
            cells.insert(at, cells[at])
        elif how < 0.84:
            lines.insert(row, lines[row])
        elif how < 0.92 and len(lines) > 2:
            del lines[row]
            continue
        else:
            cells[at], cells[0] = cells[0], cells[at]
        lines[row] = delimiter.join(cells)
    text = chance.choice(["\n", "\n", "\r\n", "\r"]).join(lines)
    return text.encode(chance.choice(["utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig"]), "surrogatepass")


def rows(chance: Random, raw: bytes, count: int) -> bytes:
    """A CSV file of ``count`` rows like those given, two thirds of them with one cell changed; the form stays whole."""
    header, *given = raw.decode().splitlines()
    delimiter = max(",;\t", key=header.count)
    lines = [header]
    for number in range(count):
        first, *cells = chance.choice(given).split(delimiter)
        at = chance.randrange(len(cells))
        if chance.random() < 0.66:
            cells[at] = '"' + chance.choice(CELLS).replace('"', '""') + '"'
        lines.append(delimiter.join([f"{first}-{number // chance.choice((1, 1, 2))}", *cells]))
    return "\n".join(lines).encode("utf-8", "replace")


def _quoted(chance: Random, text: str, delimiter: str) -> str:
    plain = text.replace("\n", " ").replace("\r", " ").replace(delimiter, " ")
    return plain if chance.random() < 0.5 else '"' + text.replace('"', '""') + '"'


TOML_VALUES = [
    "", "1", "-1", "0", "inf", "-inf", "nan", "1e400", "1e-400", "0x10", "1_000", "9223372036854775808", "1.5", "true",
    '""', '"x"', '"1.5"', '"12 %"', '"-5 %"', '"1e5 %"', '"\\u0661"', "'EUR'", "[]", "[1]", '["a", 1]', "{}", "{a=1}",
    "2026-11-14", "2026-11-14T12:00:00Z", "25:61:00", '"""\nx"""', '"\\ud800"', '"\\u0000"', "1" * 400,
    '"' + "x" * 900 + '"', "[" * 40 + "]" * 40, "{a=" * 40 + "1" + "}" * 40, '"Europe/Nowhere"', '"../UTC"',
    '"%q"', '"%Y-%m-%d"', '"\\n"', '"code_first"',
]  # fmt: skip


def toml_text(chance: Random, raw: bytes) -> bytes:
    """A TOML document with values, names, lines or bytes changed."""
    if chance.random() < 0.2:
        return noise(chance, raw)
    lines = raw.decode().splitlines()
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(lines))
        name, equals, _ = lines[at].partition("=")
        how = chance.random()
        if how < 0.6 and equals:
            lines[at] = f"{name}= {chance.choice(TOML_VALUES)}"
        elif how < 0.7:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif how < 0.8:
            lines[at] = ""
        elif how < 0.9:
            lines.insert(
                at,
                chance.choice(
                    ["[x]", "[[commission]]", "[fans]", "a.b.c = 1", "[[x.y]]", "[commission]", "=", "é = 1"]
                ),
            )
        else:
            lines[at] = lines[at].replace("_", "", 1).replace("e", "\u0435", 1)
    return "\n".join(lines).encode()
