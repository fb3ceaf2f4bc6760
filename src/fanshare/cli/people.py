"""Finding the people that a command names: by short name, public id or number."""

from typing import TYPE_CHECKING

from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.store.queries.listing import PartyRow


def find(desk: "Desk", text: str, *kinds: str) -> "PartyRow":
    """The party that ``text`` names, of one of the kinds. Raises ``BadInputError`` (``unknown_party``)."""
    from fanshare.flows.people import slug_of
    from fanshare.store.queries import listing

    what = " or ".join(kinds) or "party"
    clean = text.replace("\x00", "").strip()
    row = listing.find_party(desk.access, clean, slug_of(clean)) if clean else None
    if row is None:
        raise BadInputError("unknown_party", f"There is no {what} {text[:60]!r} in this programme.", 404)
    if kinds and row.kind not in kinds:
        raise BadInputError("wrong_party", f"{text[:60]!r} is a {row.kind}, not a {what}.")
    return row
