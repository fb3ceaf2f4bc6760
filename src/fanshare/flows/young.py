"""Fans under 18: they read what creators write for their fans, and ask; nothing here is money, or becomes any.

She is a party of a kind of her own. She has no link and no code, so no sale is by her: what a fan's part would be stays
with the creator, as where no fan is involved. What she says about her age is kept with its day, never a birthday;
that she is 18 now only she says, and from then on she begins like anybody. What she said before stays beside it.
"""

from fanshare.core.ages import least
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, format_rfc3339, local_date, zone
from fanshare.flows import people
from fanshare.flows.age_rules import ages
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.queries import circle, joining

#: Under which kind her vault keeps that she said how old she is.
YOUNG_AGE = "age under 18"


def take_in(programme: Programme, joiner: people.Joiner, creator: int, home: str, known: int, now: Instant) -> int:
    """Let somebody under 18 be a creator's fan; returns her party id. ``known`` is who she is already, or 0.

    ``home`` is the country she says she lives in; that she is old enough there is asserted by who calls this.
    Raises ``BadInputError`` (``bad_field``).
    """
    if len(home) > 2 or not home.isalpha():
        raise BadInputError("bad_field", "Say in which country you live.")
    party = known or people.add_young_fan(programme, joiner, now)
    if not known:
        row = least(ages(), home, local_date(now, zone("UTC")))
        said = f"at least {row.age} ({home.upper()}) and under 18, said on {format_rfc3339(now)[:10]}"
        programme.vault.put(joining.person_of(programme.access, party), YOUNG_AGE, said.encode(), now)
    circle.join(programme.access, party, creator, now)
    return party


def grow(programme: Programme, party: int, now: Instant) -> None:
    """She says that she is 18 now: a fan like the others from this moment on. Raises ``ConflictError`` ``of_age``."""
    access, vault = programme.access, programme.vault
    with access.transaction():
        if not circle.grow(access, party):
            raise ConflictError("of_age", "You said that already; nothing was changed.")
        people.keep_age(vault, joining.person_of(access, party), now)
        noted(access, "fan.of_age", now, f"party {party}")
