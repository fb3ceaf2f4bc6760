"""Forms for the tax, before money leaves: signed by whoever is paid, sealed, and refused by whoever pays."""

from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.core.tax import forms as way
from fanshare.core.tax.forms import Asks, Form, FormKind
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.tax_kept import SEALED, contents
from fanshare.flows.tax_rules import rules
from fanshare.store.access import Access
from fanshare.store.queries import payees
from fanshare.store.queries import tax_forms as rows
from fanshare.store.queries.tax_forms import FormRow

#: Forms of one party within a day.
MOST_A_DAY = 5


class Shown(NamedTuple):
    """A form as its owner and her brand see it: masked."""

    row: FormRow
    state: str
    text: str


def usual(country: str, *, several_brands: bool) -> Asks:
    """What the law of a brand's country asks, as far as it is known here."""
    if country == "US":
        return Asks.US
    found = rules().countries.get(country)
    return Asks.RESIDENCE if several_brands and found is not None and found.european else Asks.NOTHING


def ask(access: Access, asks: Asks, now: Instant, *, withhold: bool = False) -> None:
    """Ask something else of whoever is paid, from the next run on. ``withhold``: who gave no form does not wait, and a
    part of what she is paid is kept back where the law wants it. Raises ``BadInputError`` ``no_withholding``.
    """
    if withhold and asks is not Asks.US:
        raise BadInputError("no_withholding", "A part is kept back for the tax of the United States alone.")
    with access.transaction():
        rows.ask(access, asks, now, withhold=withhold)
        noted(access, "tax.ask", now, f"{asks}, {'withhold' if withhold else 'wait'}")


def begin(access: Access, country: str, *, several_brands: bool, now: Instant) -> None:
    """Ask for what the law asks, where a brand begins, or begins to be a platform, and nobody has said otherwise."""
    asks = usual(country, several_brands=several_brands)
    if asks is not Asks.NOTHING and not rows.was_decided(access):
        ask(access, asks, now)


def sign(programme: Programme, party: int, form: Form, now: Instant) -> int:
    """Keep a form; the one before counts no more. Returns its id.

    Raises ``FanshareError``: ``erased``, ``too_many_changes``, ``address_changed``, ``not_asked``.
    """
    access, vault = programme.access, programme.vault
    with access.transaction():
        person = payees.locked_person(access, party)
        if person is None:
            raise ConflictError("erased", "This person is not here any more.")
        if form.kind not in Asks(rows.asks(access)).kinds:
            raise ConflictError("not_asked", "The brand does not ask for this form.")
        refuse_if_changed(access, programme.keys, party, now)
        if rows.count_since(access, party, now - DAY) >= MOST_A_DAY:
            raise FanshareError("too_many_changes", "This was changed often within a day; go on tomorrow.", 429)
        for before in rows.of(access, [party]).get(party, []):
            if before.left_at is None:
                rows.leave(access, before.id, now, way.kept_until(FormKind(before.kind), now))
        id_ = rows.add(access, party, form.kind, form.backup, now, way.ends(form.kind, now))
        vault.put(person, f"{SEALED}{id_}", way.packed(form), now)
        noted(access, "tax.sign", now, f"party {party}: {form.kind}")
    return id_


def refuse(access: Access, id_: int, why: str, now: Instant) -> None:
    """The brand does not accept a form, as where the authority says that name and number do not fit: she reads why.

    Raises ``BadInputError`` (``reason_missing``, ``unknown_form``), ``ConflictError`` ``not_there``.
    """
    if not 0 < len(why.strip()) <= 500 or "\x00" in why:
        raise BadInputError("reason_missing", "Say why in at most 500 characters; she reads it.")
    with access.transaction():
        row = rows.one(access, id_) if 0 < id_ < 1 << 62 else None
        if row is None:
            raise BadInputError("unknown_form", "There is no such form in this programme.", 404)
        payees.locked_person(access, row.party)  # wholly before a run that pays her, or wholly after it
        if not rows.refuse(access, id_, why.strip(), now):
            raise ConflictError("not_there", "This form counts no more already.")
        noted(access, "tax.refuse", now, f"party {row.party}")


def newest(programme: Programme, party: int, now: Instant) -> Shown | None:
    """The form of hers that counts, or that was refused or has ended; ``None`` where there is none."""
    there_are = [row for row in rows.of(programme.access, [party]).get(party, []) if row.left_at is None]
    return shown(programme, there_are[-1:], now)[0] if there_are else None


def shown(programme: Programme, forms: list[FormRow], now: Instant) -> list[Shown]:
    """Forms, masked, in their order."""
    said = contents(programme, forms)
    return [Shown(row, row.state(now), way.masked(said[row.id]) if row.id in said else "") for row in forms]
