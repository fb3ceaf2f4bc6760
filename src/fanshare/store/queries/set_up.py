"""How far a programme is set up: what is there already, and what its brand said about the rest."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_FACTS = """
SELECT (SELECT count(*) FROM terms t WHERE t.programme_id = p.id),
       (SELECT count(*) FROM connection c WHERE c.programme_id = p.id),
       (SELECT max(c.last_heard_at) FROM connection c WHERE c.programme_id = p.id),
       (SELECT count(*) FROM party y WHERE y.programme_id = p.id AND y.kind = 'creator' AND y.erased_at IS NULL),
       (SELECT count(*) FROM brand_person b WHERE b.programme_id = p.id),
       (SELECT count(*) FROM moved_person m WHERE m.programme_id = p.id),
       EXISTS (SELECT FROM shop_order o WHERE o.programme_id = p.id), p.several_brands
  FROM programme p WHERE p.id = %(programme_id)s
"""
_SAID = "SELECT step, said FROM set_up_step WHERE programme_id = %(programme_id)s"
_SAY = """
INSERT INTO set_up_step (programme_id, step, said, said_at) VALUES (%(programme_id)s, %(step)s, %(said)s, %(now)s)
ON CONFLICT (programme_id, step) DO UPDATE SET said = excluded.said, said_at = excluded.said_at
"""
_UNSAY = "DELETE FROM set_up_step WHERE programme_id = %(programme_id)s AND step = %(step)s"
_SEVERAL = "UPDATE programme SET several_brands = %(several)s WHERE id = %(programme_id)s RETURNING country"


class Facts(NamedTuple):
    """What there is: versions of terms, shops and when one was last heard, creators, colleagues,
    people moved in, and whether any order is known.
    """

    terms: int
    shops: int
    heard_at: Instant | None
    creators: int
    colleagues: int
    moved: int
    sold: bool
    several_brands: bool


def facts(access: Access) -> Facts:
    """What is there of a programme."""
    row = access.fetch_one(_FACTS)
    assert row is not None
    return Facts(*row)


def said(access: Access) -> dict[str, str]:
    """Step -> what its brand said about it: ``done`` or ``later``."""
    return dict(access.fetch(_SAID))


def say(access: Access, step: str, word: str, now: Instant) -> None:
    """Write down what a brand says about a step; an empty word takes it back."""
    if word:
        access.execute(_SAY, {"step": step, "said": word, "now": now})
    else:
        access.execute(_UNSAY, {"step": step})


def set_several(access: Access, *, several: bool) -> str:
    """Whether an installation serves several brands, as this one sees it. Returns the programme's country."""
    return str(access.value(_SEVERAL, {"several": several}))
