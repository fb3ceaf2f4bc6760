"""The order's number on a shop's receipt or confirmation: a proposal, which a person looks at."""

import re

from fanshare.core.claims import bare, may_be_asked

#: So much of a receipt is read.
_MOST = 20_000
_SPACES = re.compile(r"[ \t\xa0]+")
#: What shops write before the number, and what may stand between: ``Order no.: #1001``, ``Bestellnummer 1001``. Spaces
#: come one by one, so that nothing here looks at a long text twice.
_NAMED = re.compile(
    r"(?<!\w)(?:order|bestell(?:ung)?|auftrags?|commande|pedido|ordine)[ -]?"
    r"(?:(?:id|nr|no|nummer|number|confirmation|bestätigung|num[ée]ro)\b\.? ?|n[°º] ?)?"
    r"[:#№]{0,2} ?(?:(?:nr|no|nummer|number)\b\.? ?[:#]? ?)?\n? ?"
    r"(#?[A-Za-z0-9][A-Za-z0-9._/-]{0,39})(?![A-Za-z0-9._/-])",
    re.IGNORECASE,
)
_DAY = re.compile(r"[0-3]?[0-9][./-][01]?[0-9][./-](?:20)?[0-9]{2}|20[0-9]{2}-[01][0-9]-[0-3][0-9]")


def number_in(text: str) -> str:
    """The first order's number that a receipt names, without ``#``; empty where none is named.

    It holds a digit, is no day, and looks like one that a shop may be asked for.
    """
    for found in _NAMED.finditer(_SPACES.sub(" ", text[:_MOST])):
        number = bare(found[1]).rstrip(".-/_")
        if any(one.isdigit() for one in number) and not _DAY.fullmatch(number) and may_be_asked(number):
            return number
    return ""
