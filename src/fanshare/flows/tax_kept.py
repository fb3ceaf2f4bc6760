"""What forms for the tax say, and for how long that is kept.

A form lies in the vault under the key of its owner. The law wants the brand to keep what it relied on: one that was
replaced stays there for its years, and of somebody erased who was paid a copy under the master key does.
"""

from fanshare.core.instants import Instant
from fanshare.core.tax import forms as way
from fanshare.core.tax.forms import Form, FormKind
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import payout_runs
from fanshare.store.queries import tax_forms as rows
from fanshare.store.queries.tax_forms import FormRow

SEALED = "tax:"
_PURPOSE = "tax form"


def contents(programme: Programme, forms: list[FormRow]) -> dict[int, Form]:
    """What forms say, by their ids; also of people who are erased, while the law wants it kept."""
    people = payout_runs.people(programme.access, {row.party for row in forms})
    found = _in_vault(
        programme, {(people[row.party], f"{SEALED}{row.id}"): row.id for row in forms if row.party in people}
    )
    for row in forms:
        if row.id not in found and (sealed := rows.kept(programme.access, row.id)) is not None:
            place = _place(programme.access, row.id)
            found[row.id] = way.unpacked(programme.keys.unseal(_PURPOSE, sealed, place))
    return found


def _in_vault(programme: Programme, wanted: dict[tuple[int, str], int]) -> dict[int, Form]:
    return {wanted[place]: way.unpacked(content) for place, content in programme.vault.get_many(wanted).items()}


def forget(programme: Programme, person: int, parties: list[int], now: Instant) -> None:
    """She is erased next: what nobody was paid on goes with her key, the rest is kept as long as it must be."""
    access = programme.access
    for party, forms in rows.of(access, parties).items():
        wanted = {(person, f"{SEALED}{row.id}"): row.id for row in forms}
        said = _in_vault(programme, wanted) if rows.was_paid(access, party) else {}
        for row in forms:
            until = row.kept_until or way.kept_until(FormKind(row.kind), now)
            rows.leave(access, row.id, now, until)
            if row.id in said:
                sealed = programme.keys.seal(_PURPOSE, way.packed(said[row.id]), _place(access, row.id))
                rows.keep(access, row.id, sealed)


def _place(access: Access, id_: int) -> bytes:
    return f"{access.programme_id}/{id_}".encode()
