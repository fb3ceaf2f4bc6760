"""Numbers by which tax authorities know people: their form by country, and check digits where these are published.

The rules are those that the countries gave the OECD for its list of tax identification numbers (oecd.org, automatic
exchange, TINs) and the European Commission's TIN portal; of the United States 26 CFR 301.6109-1. A right form says
nothing about whose number it is.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from fanshare.core.errors import BadInputError

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
#: ISO 3166-1 alpha-2, and XK as the European Union writes Kosovo.
COUNTRIES = frozenset(_CODES.split())
_BLANKS = re.compile(r"[\s./-]")
_ANY = re.compile(r"(?=.*[0-9])[A-Z0-9]{4,20}", re.ASCII)
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_IRISH = "WABCDEFGHIJKLMNOPQRSTUV"
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
#: What a sign at an odd place of an Italian number counts: 0 and A first, 1 and B next, to Z.
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def country(text: str) -> str:
    """A country by its two letters. Raises ``BadInputError`` ``bad_country``."""
    code = text.strip().upper()
    if code not in COUNTRIES:
        raise BadInputError("bad_country", "Write a country as its two letters, such as DE, FR or US.")
    return code


def tin(text: str, where: str) -> str:
    """A number of a country without its blanks. Raises ``BadInputError`` ``bad_tin``, which does not repeat it."""
    number = _BLANKS.sub("", text).upper()
    check = _CHECKS.get(where)
    if not (_ANY.fullmatch(number) if check is None else check(number)):
        raise BadInputError("bad_tin", "This is no tax number of that country; compare it sign by sign.")
    return number


def _figures(number: str, *lengths: int) -> list[int]:
    """The digits of a number of figures alone that has one of these lengths, else none."""
    right = len(number) in lengths and number.isascii() and number.isdigit()
    return [int(sign) for sign in number] if right else []


def _weighed(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: list[int]) -> bool:
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return bool(digits) and sum(doubled) % 10 == 0


def _austria(number: str) -> bool:
    return _luhn(_figures(number, 9))


def _belgium(number: str) -> bool:
    digits = _figures(number, 11, 10)
    if len(digits) == 10:  # of a company
        return 97 - int(number[:8]) % 97 == int(number[8:])
    # Who was born from 2000 on has a 2 before it in the sum.
    return bool(digits) and int(number[9:]) in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def _germany(number: str) -> bool:
    digits = _figures(number, 11)
    often = [0, 0, *sorted(Counter(digits[:10]).values())]
    if not digits or not digits[0] or often[-1] not in (2, 3) or often[-2] != 1:
        return False  # exactly one figure is there two or three times among the first ten
    product = 10
    for digit in digits[:10]:
        product = ((product + digit) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10]


def _denmark(number: str) -> bool:
    return bool(_figures(number, 10)) and 1 <= int(number[:2]) <= 31 and 1 <= int(number[2:4]) <= 12


def _spain(number: str) -> bool:
    if re.fullmatch(r"[A-HJNP-SUVW]\d{7}[0-9A-J]", number, re.ASCII):  # of a company
        return True
    found = re.fullmatch(r"([XYZ]?)(\d{7,8})([A-Z])", number, re.ASCII)
    if found is None or len(number) != 9:
        return False
    return _SPANISH[int(("XYZ".index(found[1]) if found[1] else 0) * 10**7 + int(found[2])) % 23] == found[3]


def _finland(text: str) -> bool:
    return bool(re.fullmatch(r"\d{6}[-+A-FU-Y]?\d{3}[0-9A-Y]", text, re.ASCII)) and (
        _FINNISH[int(text[:6] + text[-4:-1]) % 31] == text[-1]
    )


def _france(number: str) -> bool:
    digits = _figures(number, 13, 9)
    if len(digits) == 9:  # of a company
        return _luhn(digits)
    return bool(digits) and digits[0] <= 3 and int(number[:10]) % 511 == int(number[10:])


def _britain(number: str) -> bool:
    if re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?", number, re.ASCII):
        return True
    digits = _figures(number, 10)
    return bool(digits) and int("21987654321"[_weighed(digits[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11]) == digits[0]


def _ireland(number: str) -> bool:
    if re.fullmatch(r"\d{7}[A-W][A-IW]?", number, re.ASCII) is None:
        return False
    second = _IRISH.index(number[8]) if len(number) == 9 else 0
    digits = [int(sign) for sign in number[:7]]
    return _IRISH[(_weighed(digits, (8, 7, 6, 5, 4, 3, 2)) + 9 * second) % 23] == number[7]


def _italy(number: str) -> bool:
    if len(number) == 11:  # of a company
        return _luhn(_figures(number, 11))
    if re.fullmatch(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]", number) is None:
        return False
    values = [int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in number[:15]]
    odd = sum(_ODD[value] for value in values[::2])
    return chr(ord("A") + (odd + sum(values[1::2])) % 26) == number[15]


def _netherlands(number: str) -> bool:
    digits = _figures(number, 9)
    return bool(digits) and any(digits) and _weighed(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _poland(number: str) -> bool:
    digits = _figures(number, 10, 11)
    if len(digits) == 10:
        return _weighed(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == digits[9]
    return bool(digits) and _weighed(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def _portugal(number: str) -> bool:
    digits = _figures(number, 9)
    rest = _weighed(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return bool(digits) and bool(digits[0]) and (11 - rest) % 11 % 10 == digits[8]


def _sweden(number: str) -> bool:
    return _luhn(_figures(number, 10, 12)[-10:])


def _states(number: str) -> bool:
    """Of a person (SSN, ITIN) or a company (EIN): nine figures, no group of a person's number is all zeros."""
    return len(_figures(number, 9)) == 9 and len(set(number)) > 1 and number[:3] not in ("000", "666")


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "AT": _austria,
    "BE": _belgium,
    "DE": _germany,
    "DK": _denmark,
    "ES": _spain,
    "FI": _finland,
    "FR": _france,
    "GB": _britain,
    "IE": _ireland,
    "IT": _italy,
    "NL": _netherlands,
    "PL": _poland,
    "PT": _portugal,
    "SE": _sweden,
    "US": _states,
}
