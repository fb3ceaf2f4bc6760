"""How values look in documents (exact, RFC 3339, ids as strings) and to people."""

from typing import TYPE_CHECKING, Any

from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.money import Micros, format_micros, format_trimmed

if TYPE_CHECKING:
    from fanshare.flows.staff import Member
    from fanshare.store.queries.listing import PartyRow


def when(instant: Instant | None) -> str | None:
    """An instant in a document."""
    return None if instant is None else format_rfc3339(instant)


def exact(micros: Micros) -> str:
    """An amount in a document: six digits, never a float."""
    return format_micros(micros)


def plain(micros: Micros, currency: str) -> str:
    """An amount for people, exact, without zeros at the end."""
    return f"{format_trimmed(micros)} {currency}"


def moment(text: str) -> Instant:
    """An instant that a person typed: a date (midnight UTC) or RFC 3339. Raises ``BadInputError``."""
    return parse_rfc3339(f"{text}T00:00:00Z" if len(text) == 10 else text)


def party(row: "PartyRow") -> dict[str, Any]:
    """A party in a document."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "public_id": row.public_id,
        "slug": row.slug,
        "name": row.name,
        "created_at": when(row.created_at),
        "erased": row.erased_at is not None,
    }


def name_of(row: "PartyRow") -> str:
    """What a person calls a party."""
    return row.name or row.slug or row.public_id


def member(one: "Member") -> dict[str, Any]:
    """An operator or a brand person in a document."""
    return {"id": str(one.id), "address": one.address, "since": when(one.added_at)}
