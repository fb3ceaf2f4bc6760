"""Who wants mail: everybody with an address, until she says no by the link in it. A brand's people have such a link
too, in what tells them of thresholds of the tax and of what waits for them.

The link's token names the party, or somebody of the brand, and carries a keyed checksum, so that it works for ever,
needs no row of its own, and nobody can make one for somebody else.
"""

import base64
import hmac
from collections.abc import Iterable

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.flows.authorisation import Role, Seat
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import brand_mail, news, workbench_mail

_PURPOSE = "mail choice"
_MAC_BYTES = 16
#: Before the number of somebody of the brand.
_BRAND = "b"
#: In the place of a programme's number.
_BOOKS = "w"

_STOP = """
INSERT INTO mail_choice (programme_id, party_id, stopped_at)
SELECT programme_id, id, %(now)s FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s
ON CONFLICT (programme_id, party_id) DO UPDATE SET stopped_at = coalesce(mail_choice.stopped_at, excluded.stopped_at)
"""


def stop_token(keys: Keys, programme_id: int, party: int, *, of_brand: bool = False) -> str:
    """What stands at the end of a link to stop the mail of a party, or of somebody ``of_brand``."""
    place = f"{programme_id}.{_BRAND if of_brand else ''}{party}".encode()
    return base64.urlsafe_b64encode(_mac(keys, place) + place).rstrip(b"=").decode()


def books_token(keys: Keys, account: bytes) -> str:
    """The same to stop mails that something is due in the books of an account."""
    place = f"{_BOOKS}.{account.hex()}".encode()
    return base64.urlsafe_b64encode(_mac(keys, place) + place).rstrip(b"=").decode()


def of_books(token: str) -> bool:
    """Whether a token is one of those; it may still be none at all."""
    return _place_of(token).startswith(f"{_BOOKS}.".encode())


def of_brand(token: str) -> bool:
    """Whether a token is one of somebody of the brand, who gets no weekly mail; it may still be none at all."""
    return f".{_BRAND}".encode() in _place_of(token) and not of_books(token)


def stop(conn: Connection, keys: Keys, token: str, now: Instant, *, really: bool) -> str | None:
    """The name of the programme whose mail a token stops, ``None`` for no such token. Stopping twice is once.

    Mails about books of her own are of no programme: their name is empty.
    """
    if of_books(token):
        account = _account(keys, token)
        if account is not None and really:
            workbench_mail.drop(conn, account)
        return None if account is None else ""
    found = _read(keys, token)
    tenants = {one.id: one for one in directory.programmes(conn)}
    if found is None or found[0] not in tenants:
        return None
    programme, party, of_brand = found
    if really:
        access = Access(conn, programme, "mail")
        if of_brand:
            brand_mail.choose(access, party, now, wanted=False)
        else:
            access.execute(_STOP, {"party": party, "now": now})
    return tenants[programme].name


def speak(conn: Connection, seats: Iterable[Seat], language: str) -> None:
    """Mail in a language from now on to those of these seats who are creators, fans or a brand's people."""
    for seat in seats:
        if seat.role in (Role.CREATOR, Role.FAN):
            news.speak(Access(conn, seat.programme_id, "mail"), seat.id, language)
        elif seat.role is Role.BRAND:
            brand_mail.speak(Access(conn, seat.programme_id, "mail"), seat.id, language)


def read_in(conn: Connection, seats: Iterable[Seat], *, zone: str | None = None, currency: str | None = None) -> None:
    """Keep how those of these seats read who are creators, fans or a brand's people; ``None`` leaves that as it is."""
    for seat in seats:
        access = Access(conn, seat.programme_id, "reading")
        if seat.role in (Role.CREATOR, Role.FAN):
            news.read_in(access, seat.id, zone, currency)
        elif seat.role is Role.BRAND:
            brand_mail.read_in(access, seat.id, zone, currency)


def _account(keys: Keys, token: str) -> bytes | None:
    place = _place_of(token)
    if not hmac.compare_digest(_raw(token)[:_MAC_BYTES], _mac(keys, place)):
        return None
    return bytes.fromhex(place.decode().partition(".")[2])


def _raw(token: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b""


def _place_of(token: str) -> bytes:
    return _raw(token)[_MAC_BYTES:]


def _read(keys: Keys, token: str) -> tuple[int, int, bool] | None:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        mac, place = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(keys, place)):
            return None
        programme, _, party = place.decode().partition(".")
        return int(programme), int(party.removeprefix(_BRAND)), party.startswith(_BRAND)
    except ValueError:
        return None


def _mac(keys: Keys, place: bytes) -> bytes:
    return keys.fingerprint(_PURPOSE, place)[:_MAC_BYTES]
