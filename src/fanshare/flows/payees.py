"""Where somebody's money goes: she names an account, which waits 72 hours, and her mailbox can undo it meanwhile.

What the account is is sealed under her own key; the row beside it says since when. Of the words that leave the vault
none is whole but in her own form and in a file for the bank.
"""

import base64
import hmac
from contextlib import suppress
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core import payee as way
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.core.payee import Payee, Stage
from fanshare.core.payee_account import Account, Kind, masked, packed, unpacked
from fanshare.core.rails import CALLED, carries
from fanshare.flows import outbox
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.named import check_parties
from fanshare.flows.people import AGE, keep_age
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import payees as rows
from fanshare.store.queries.payees import Named
from fanshare.store.queries.payout_rails import offers
from fanshare.store.vault import Vault

#: Changes of one party within a day; each of them writes a mail.
MOST_A_DAY = 5
SEALED = "payee:"

_PURPOSE = "undo a payee account"
_MAC_BYTES = 16


class Shown(NamedTuple):
    """Where her money of one currency goes. ``standing`` and ``waiting`` are masked, empty where there is none.

    ``kind`` is that of the newest one, ``change`` the id of the newest change that waits, ``until`` when it counts.
    """

    currency: str
    kind: Kind
    stage: Stage
    standing: str
    waiting: str
    change: int
    until: Instant


class Changed(NamedTuple):
    """A change: the account, masked, and from when it is paid to."""

    account: str
    usable_at: Instant


class Undoing(NamedTuple):
    """What became of the change that a link names: ``waiting``, ``undone``, ``in_force``, or ``over``."""

    programme: str
    time_zone: str
    state: str
    until: Instant


def sealed_kind(id_: int) -> str:
    """Under which kind the vault keeps an account."""
    return f"{SEALED}{id_}"


def change(programme: Programme, party: int, account: Account, now: Instant, *, adult: bool = False) -> int:
    """Name another account; returns its id. Nothing is paid to her in its currency for 72 hours, and she is told.

    ``adult``: she says that she is 18 or older; only who has said so is paid money. Raises ``FanshareError``:
    ``not_adult``, ``under_age``, ``erased``, ``too_many_changes``, ``address_changed`` (her address was changed within
    72 hours), ``not_offered`` for a provider that the brand does not pay by.
    """
    access, vault = programme.access, programme.vault
    with access.transaction():
        person = rows.locked_person(access, party)
        if person is None:
            raise ConflictError("erased", "This person is not here any more.")
        check_parties(access, {party})
        refuse_if_changed(access, programme.keys, party, now)
        if rows.count_since(access, party, now - DAY) >= MOST_A_DAY:
            raise FanshareError("too_many_changes", "This was changed often within a day; go on tomorrow.", 429)
        if account.kind in CALLED and not (carries(account.kind, account.currency) and offers(access, account.kind)):
            raise ConflictError("not_offered", "The brand does not pay this currency by this provider.")
        _check_age(vault, person, now, adult=adult)
        before = rows.alive(access, party)
        id_ = rows.add(access, party, (account.kind, account.currency), now, now + way.WAIT)
        vault.put(person, sealed_kind(id_), packed(account), now)
        made = Named(id_, party, account.kind, account.currency, now, now + way.WAIT, None)
        _clear(access, vault, person, [*before, made], now)
        _tell(programme, vault.get(person, "email"), party, id_, now)
        noted(access, "payee.change", now, f"party {party}")
    return id_


def _tell(programme: Programme, address: bytes | None, party: int, id_: int, now: Instant) -> None:
    """A mail to the address of this moment, whatever becomes of it until the mail is written."""
    if address is not None:
        place = programme.access.programme_id
        content: dict[str, str | int] = {"programme": place, "payee": party, "account": id_}
        content["address"] = address.decode()
        outbox.put(programme.access.conn, programme.keys, outbox.PAYEE, f"{place}/{id_}", content, now)


def undo(programme: Programme, party: int, id_: int, now: Instant) -> None:
    """Give up all that waits in a change's currency. Raises ``ConflictError`` (``in_force``, ``not_waiting``)."""
    _undo(programme.access, programme.vault, party, id_, now)


def shown(programme: Programme, party: int, now: Instant) -> list[Shown]:
    """What she named, masked, a line for each currency."""
    access = programme.access
    person, named = rows.person(access, party), rows.alive(access, party)
    if person is None:
        return []
    known = programme.vault.get_many((person, sealed_kind(one.id)) for one in named)
    texts = {one.id: masked(unpacked(known[person, sealed_kind(one.id)])) for one in named}
    lines = []
    for currency in sorted({one.currency for one in named}):
        some = [one for one in named if one.currency == currency]
        payee = state(some, now)
        newest = payee.waiting[-1] if payee.waiting else 0
        lines.append(Shown(
            currency, Kind(some[-1].kind), way.stage(payee, now), texts.get(payee.standing or 0, ""),
            texts.get(newest, ""), newest, payee.until,
        ))  # fmt: skip
    return lines


def said_adult(programme: Programme, party: int) -> bool:
    """Whether she has said that she is 18 or older."""
    person = rows.person(programme.access, party)
    return person is not None and programme.vault.get(person, AGE) is not None


def state(named: list[Named], now: Instant) -> Payee:
    """What the rows of one party and currency come to."""
    payee = Payee()
    for one in named:
        payee = way.changed(payee, one.id, one.set_at, one.usable_at)
    return way.at(payee, now)


def undo_token(keys: Keys, programme_id: int, id_: int) -> str:
    """What stands at the end of the link that undoes a change; nobody can make one for somebody else's."""
    place = f"{programme_id}.{id_}".encode()
    return base64.urlsafe_b64encode(_mac(keys, place) + place).rstrip(b"=").decode()


def for_mail(access: Access, keys: Keys, party: int, id_: int) -> Changed | None:
    """What the mail about a change says; ``None`` when it was undone before, or she is erased."""
    person, named = rows.person(access, party), rows.one(access, id_)
    content = None if person is None else Vault(access, keys).get(person, sealed_kind(id_))
    if named is None or content is None or named.undone_at is not None:
        return None
    return Changed(masked(unpacked(content)), named.usable_at)


def by_link(conn: Connection, keys: Keys, token: str, now: Instant, *, really: bool) -> Undoing | None:
    """The change that a link names, given up if ``really``; ``None`` for no such link."""
    found = _read(keys, token)
    tenants = {one.id: one for one in directory.programmes(conn)}
    if found is None or found[0] not in tenants:
        return None
    tenant, access = tenants[found[0]], Access(conn, found[0], "mail")
    named = rows.one(access, found[1])
    if named is None:
        return None
    if really:
        with suppress(ConflictError):  # what there is now is said below
            _undo(access, Vault(access, keys), named.party, named.id, now)
        named = rows.one(access, found[1]) or named
    return Undoing(tenant.name, tenant.time_zone, _said(access, named, now), named.usable_at)


def give_up_fresh(access: Access, since: Instant, now: Instant) -> int:
    """Give up every change that still waited at ``since``; how many.

    Books that were restored may have lost that somebody undid one, and its time would run out unseen.
    """
    with access.transaction():
        found = rows.fresh(access, since)
        rows.undo(access, found, now)
        rows.drop_sealed(access, [sealed_kind(id_) for id_ in found])
        if found:
            noted(access, "payee.undo", now, f"{len(found)} after a restore")
    return len(found)


def _said(access: Access, named: Named, now: Instant) -> str:
    if named.undone_at is not None:
        return "undone"
    alive = [one for one in rows.alive(access, named.party) if one.currency == named.currency]
    payee = state(alive, now)
    if named.id in payee.waiting:
        return "waiting"
    return "in_force" if named.id == payee.standing else "over"


def _undo(access: Access, vault: Vault, party: int, id_: int, now: Instant) -> None:
    with access.transaction():
        person = rows.locked_person(access, party)
        alive = rows.alive(access, party)
        currency = next((one.currency for one in alive if one.id == id_), "")
        before = state([one for one in alive if one.currency == currency], now)
        way.undone(before, id_, now)
        rows.undo(access, before.waiting, now)
        for gone in before.waiting if person is not None else ():
            vault.drop(person or 0, sealed_kind(gone))
        noted(access, "payee.undo", now, f"party {party}")


def _clear(access: Access, vault: Vault, person: int, named: list[Named], now: Instant) -> None:
    """What an account that stands has replaced is left; and forgotten, unless money went there."""
    for currency in {one.currency for one in named}:
        some = [one for one in named if one.currency == currency]
        payee = state(some, now)
        gone = [one.id for one in some if one.id not in (payee.standing, *payee.waiting)]
        rows.leave(access, gone, now)
        for id_ in set(gone) - rows.sent_to(access, gone):
            vault.drop(person, sealed_kind(id_))


def _check_age(vault: Vault, person: int, now: Instant, *, adult: bool) -> None:
    """Raises ``BadInputError`` ``not_adult``."""
    if vault.get(person, AGE) is not None:
        return
    if not adult:
        raise BadInputError("not_adult", "Money is paid to people of 18 or more; tick that you are.")
    keep_age(vault, person, now)


def _read(keys: Keys, token: str) -> tuple[int, int] | None:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        mac, place = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(keys, place)):
            return None
        programme, _, id_ = place.decode().partition(".")
        return int(programme), int(id_)
    except ValueError:
        return None


def _mac(keys: Keys, place: bytes) -> bytes:
    return keys.fingerprint(_PURPOSE, place)[:_MAC_BYTES]
