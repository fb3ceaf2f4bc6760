"""Where the creators of the world are taxed, as they would say it in a form. Pure; nobody here exists."""

from collections.abc import Mapping

from fanshare.world.people import Creator

_TOWNS = (("Ahornweg", "10115 Berlin"), ("Deichstraße", "20459 Hamburg"), ("Lindenplatz", "04109 Leipzig"))
_TEN = 10


def residence(one: Creator) -> Mapping[str, str]:
    """A form of somebody in Germany, filled in and signed, as ``core.tax.forms.form`` reads it."""
    street, city = _TOWNS[one.key % len(_TOWNS)]
    born = f"{1980 + one.key % 20}-{1 + one.key % 12:02}-{1 + one.key % 28:02}"
    return {
        "entity": "person",
        "name": one.name,
        "street": f"{street} {1 + one.key}",
        "city": city,
        "country": "DE",
        "birth": born,
        "tin": tax_number(one.key),
        "certify": "yes",
        "signed": one.name,
    }


def tax_number(key: int) -> str:
    """A German tax identification number that its check digit fits, another one for each key below 362,880 (9!).

    One figure is there twice, eight once and one (0) not at all: exactly one may be there twice.
    """
    left, digits = [1, 2, 3, 4, 5, 6, 7, 8, 9], list[int]()
    for width in range(9, 1, -1):
        key, place = divmod(key, width)
        digits.append(left.pop(place))
    twice = digits[1]
    ten = [*digits[:5], twice, *digits[5:], left[0]]
    return "".join(map(str, [*ten, _check_digit(ten)]))


def _check_digit(ten: list[int]) -> int:
    """ISO 7064, MOD 11,10."""
    product = _TEN
    for digit in ten:
        product = ((product + digit) % _TEN or _TEN) * 2 % 11
    return (11 - product) % _TEN
