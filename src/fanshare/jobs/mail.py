"""Sends what waits in the outbox: a little at a time, so that no other work waits for a mail server.

Nothing is written before it is sent: a link to sign in is made for the mail it travels in, and an address is read from
the vault at the last moment, so that whoever was erased or said no meanwhile is written to no more.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from fanshare.config.clock import Clock
from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, zone
from fanshare.core.quiet import quiet_until
from fanshare.flows import (
    address_change,
    address_letters,
    budgets,
    desk_letters,
    desk_notes,
    invitations,
    joining,
    letters,
    mail_choice,
    news,
    outbox,
    payees,
    posts,
    safety_mail,
    sign_in,
    tax_alerts,
    thanks,
    weekly_mail,
    workbench_mail,
)
from fanshare.flows.letters import Say
from fanshare.flows.outbox import Waiting
from fanshare.integrations.mail.types import Letter, Mailer, MailError, Post
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import budgets as turns
from fanshare.store.queries import fan_days, off_hours
from fanshare.store.vault import Vault

log = structlog.get_logger(__name__)

AT_ONCE = 20
#: Seconds that one round may spend on sending.
BUDGET = 2.0


def in_english(_: str) -> Say:
    """The words as they stand in the code, whatever language is asked for."""
    return str


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Through what mail goes, the address that links in it begin with, and who translates into a language."""

    mailer: Mailer
    base_url: str
    words_in: Callable[[str], Say] = in_english


def send_due(conn: Connection, keys: Keys, office: PostOffice, clock: Clock) -> int:
    """Send what is due, for at most ``BUDGET`` seconds; how many were sent. Raises nothing a mail server does."""
    waiting = outbox.take(conn, keys, clock(), AT_ONCE)
    if not waiting:
        return 0
    sent, tried = 0, 0
    end = time.monotonic() + BUDGET
    try:
        with office.mailer.open() as post:
            for one in waiting:
                sent += _send(conn, keys, office, post, one, clock())
                tried += 1
                if time.monotonic() > end:
                    break
    except MailError as error:
        log.warning("mail_away", reason=error.message)
        now = clock()
        for one in waiting[tried:]:
            outbox.failed(conn, one, error.message, now, for_good=False)
        return sent
    outbox.give_back(conn, waiting[tried:], clock())
    return sent


def _send(conn: Connection, keys: Keys, office: PostOffice, post: Post, one: Waiting, now: Instant) -> int:
    """Write one and hand it over; 1 if it went. Raises ``MailError`` when it was the connection that failed."""
    quiet = _quiet(conn, one, now)
    if quiet is not None:
        outbox.postponed(conn, one, quiet)
        return 0
    letter = next(_written(conn, keys, office, one, now), None)
    if letter is None:
        outbox.dropped(conn, one, "nobody to write to", now)
        return 0
    try:
        post.send(letter)
    except MailError as error:
        outbox.failed(conn, one, error.message, now, for_good=error.for_good)
        return 0
    outbox.sent(conn, one, now)
    return 1


def _quiet(conn: Connection, one: Waiting, now: Instant) -> Instant | None:
    """Until when a mail that nobody asked for just now has to wait; ``None`` if it may go."""
    if "party" not in one.content:
        return None
    access = Access(conn, int(one.content["programme"]), "job:mail")
    chosen = off_hours.get(access, int(one.content["party"]))
    if chosen.quiet_from is None or chosen.quiet_to is None:
        return None
    return quiet_until(now, zone(off_hours.time_zone(access)), chosen.quiet_from, chosen.quiet_to)


def _written(conn: Connection, keys: Keys, office: PostOffice, one: Waiting, now: Instant) -> Iterator[Letter]:
    """The letter, if there still is anybody to write to."""
    if one.kind == outbox.SIGN_IN and now - one.made_at < sign_in.LINK_LIVES:
        yield from _sign_in(conn, keys, office, one, now)
    elif one.kind == outbox.JOIN and now - one.made_at < joining.DRAFT_LIVES:
        yield from _join(conn, keys, office, one, now)
    elif one.kind == outbox.ADDRESS:
        yield from _address(conn, keys, office, one, now)
    elif one.kind == outbox.SAFETY:
        yield from _safety(office, one)
    elif one.kind == outbox.INVITED:
        yield from _invited(conn, keys, office, one)
    elif one.kind == outbox.ANSWER:
        yield from _answer(conn, office, one)
    elif one.kind == outbox.BUDGET:
        yield from _budget(conn, keys, office, one, now)
    elif one.kind == outbox.LETTER:
        yield from _of_brand(conn, keys, office, one)
    elif one.kind == outbox.PAYEE:
        yield from _payee(conn, keys, office, one)
    elif one.kind == outbox.TAX:
        yield from _tax(conn, keys, office, one)
    elif one.kind == outbox.DESK:
        yield from _desk(conn, keys, office, one)
    elif one.kind == outbox.BOOKS:
        yield from _books(conn, keys, office, one)
    elif one.kind == outbox.NEWS:
        yield from _news(conn, keys, office, one)
    elif one.kind == outbox.CHECKPOINT:
        yield from _weekly(conn, keys, office, one)


def _sign_in(conn: Connection, keys: Keys, office: PostOffice, one: Waiting, now: Instant) -> Iterator[Letter]:
    address = str(one.content["address"])
    try:
        token = sign_in.make_link(conn, keys, address, now, wanted=str(one.content.get("wanted", "")))
    except FanshareError:
        return  # unknown, or several links wait already: the page has said the same to everybody
    words = letters.sign_in(_say(office, one), f"{office.base_url}/sign-in/confirm?t={token}", _host(office))
    yield Letter(address, words.subject, words.text, one.ident, language=_language(one))


def _address(conn: Connection, keys: Keys, office: PostOffice, one: Waiting, now: Instant) -> Iterator[Letter]:
    """What is so no more when its turn comes is not told; whether the address is somebody's is asked only here."""
    what, token, address = (str(one.content[name]) for name in ("what", "token", "address"))
    undoes = what == address_change.CHANGED
    if address_change.look(conn, keys, token, now, undoes=undoes) is None:
        return
    say, host = _say(office, one), _host(office)
    if undoes:
        words = address_letters.changed(say, f"{office.base_url}/address/undo?t={token}", host)
    elif address_change.taken(conn, keys, address):
        words = address_letters.taken(say, f"{office.base_url}/sign-in", host)
    else:
        words = address_letters.confirm(say, f"{office.base_url}/address/confirm?t={token}", host)
    yield Letter(address, words.subject, words.text, one.ident, language=_language(one))


def _safety(office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """To the address that the account had when it was changed, at any hour."""
    words = safety_mail.words(_say(office, one), str(one.content["what"]), f"{office.base_url}/safety", _host(office))
    yield Letter(str(one.content["address"]), words.subject, words.text, one.ident, language=_language(one))


def _invited(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """Who was ended meanwhile is not told; as what she looks after the programme is asked only here."""
    address, tenant = str(one.content["address"]), _tenant(conn, int(one.content["programme"]))
    post = invitations.post_of(Access(conn, tenant.id, "job:mail"), tenant.public_id, keys, address)
    if post:
        place = invitations.Place(tenant.name, _host(office), f"{office.base_url}/sign-in")
        words = invitations.words(_say(office, one), place, post)
        yield Letter(address, words.subject, words.text, one.ident, language=_language(one))


def _join(conn: Connection, keys: Keys, office: PostOffice, one: Waiting, now: Instant) -> Iterator[Letter]:
    draft = joining.Draft.of(one.content)
    tenant = _tenant(conn, int(one.content["programme"]))
    token = joining.make_link(Access(conn, tenant.id, "job:mail"), keys, draft, now)
    if token is not None:
        url = f"{office.base_url}/join/{tenant.slug}/confirm?t={token}"
        words = letters.join(_say(office, one), url, tenant.name, as_fan=draft.kind == joining.FAN)
        yield Letter(draft.address, words.subject, words.text, one.ident, language=_language(one))


def _answer(conn: Connection, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    tenant = _tenant(conn, int(one.content["programme"]))
    accepted, said = bool(one.content["accepted"]), str(one.content["words"])
    where = f"{office.base_url}/sign-in"
    words = letters.answered(_say(office, one), tenant.name, where, accepted=accepted, words=said)
    yield Letter(str(one.content["address"]), words.subject, words.text, one.ident, language=_language(one))


def _tenant(conn: Connection, programme: int) -> directory.Programme:
    return directory.programme_with_id(conn, programme)


def _weekly(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    programme, party = int(one.content["programme"]), int(one.content["party"])
    access = Access(conn, programme, "job:mail")
    tenant = _tenant(conn, programme)
    whom, seal = weekly_mail.recipient(access, keys, party), weekly_mail.newest_seal(access, tenant)
    if whom is not None and seal is not None:
        say, stop = office.words_in(whom.language), _stop(keys, office, programme, party)
        since, until = (int(one.content.get(name, 0)) for name in ("since", "until"))
        day = news.midnight(until, zone(tenant.time_zone)) if whom.kind == "fan" else until
        week = news.week(say, fan_days.purses(access, party, day))
        if whom.kind == "fan":
            week += posts.for_mail(say, access, party, since, until)
        found = thanks.for_mail(access, Vault(access, keys), party, since, until)
        words = letters.weekly(say, seal, whom.name, stop, week, [(row.row.creator, row.words) for row in found])
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _news(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    programme, party = int(one.content["programme"]), int(one.content["party"])
    access, tenant = Access(conn, programme, "job:mail"), _tenant(conn, programme)
    found = news.pieces(access, party, int(one.content["at"]))
    bound = any(piece.kind == "terms" for piece in found)
    whom = weekly_mail.recipient(access, keys, party, even_if_stopped=bound)
    if whom is not None and found:
        say, stop = office.words_in(whom.language), _stop(keys, office, programme, party)
        tz, as_fan = zone(tenant.time_zone), whom.kind == "fan"
        told = news.sentences(say, found, tz, office.base_url, tenant.slug, as_fan=as_fan)
        words = letters.news(say, tenant.name, whom.name, told, stop)
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _payee(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """To the address that the account had when it was changed, at any hour, and whatever she wants to be told else."""
    programme, party, id_ = (int(one.content[name]) for name in ("programme", "payee", "account"))
    access, tenant = Access(conn, programme, "job:mail"), _tenant(conn, programme)
    whom = weekly_mail.recipient(access, keys, party, even_if_stopped=True)
    told = payees.for_mail(access, keys, party, id_)
    if whom is not None and told is not None:
        say = office.words_in(whom.language)
        until = news.moment(say, told.usable_at, zone(tenant.time_zone))
        url = f"{office.base_url}/payee/undo/{payees.undo_token(keys, programme, id_)}"
        words = letters.payee_changed(say, tenant.name, whom.name, told.account, until, url)
        yield Letter(str(one.content["address"]), words.subject, words.text, one.ident, language=whom.language)


def _tax(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """To somebody of the brand who looks after the money."""
    programme, person = int(one.content["programme"]), int(one.content["person"])
    access, tenant = Access(conn, programme, "job:mail"), _tenant(conn, programme)
    whom = tax_alerts.reader(access, keys, person, int(one.content["at"]))
    if whom is not None and whom.told:
        stop = f"{office.base_url}/mail/stop/{mail_choice.stop_token(keys, programme, person, of_brand=True)}"
        url = f"{office.base_url}/brand/{tenant.slug}/payouts/tax/year"
        words = letters.tax_near(office.words_in(whom.language), tenant.name, whom.told, url, stop)
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _desk(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """To somebody of the brand who can answer what waits."""
    programme, person = int(one.content["programme"]), int(one.content["person"])
    access, tenant = Access(conn, programme, "job:mail"), _tenant(conn, programme)
    whom = desk_notes.reader(access, keys, person, int(one.content["at"]))
    if whom is not None:
        stop = f"{office.base_url}/mail/stop/{mail_choice.stop_token(keys, programme, person, of_brand=True)}"
        place = desk_letters.Place(tenant.name, f"{office.base_url}/brand/{tenant.slug}", zone(tenant.time_zone), stop)
        words = desk_letters.waits(office.words_in(whom.language), place, whom.told)
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _books(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    """Whether she still wants it, and whether anything still is due, is asked only here."""
    found = workbench_mail.still(conn, keys, bytes.fromhex(str(one.content["account"])), str(one.content["day"]))
    if found is not None:
        where, token = found
        stop, say = f"{office.base_url}/mail/stop/{token}", office.words_in(where.language)
        words = letters.books_due(say, _host(office), f"{office.base_url}/workbench", stop)
        yield Letter(where.address, words.subject, words.text, one.ident, stop, where.language)


def _budget(conn: Connection, keys: Keys, office: PostOffice, one: Waiting, now: Instant) -> Iterator[Letter]:
    """What is so no more when its turn comes is not told."""
    programme, party = int(one.content["programme"]), int(one.content["party"])
    access, tenant = Access(conn, programme, "job:mail"), _tenant(conn, programme)
    whom, newest = weekly_mail.recipient(access, keys, party), max(turns.newest(access).values(), key=_turned_at)
    fresh = now - newest.since < budgets.FRESH
    if whom is not None and fresh and newest.id == one.content["turn"]:
        say, stop = office.words_in(whom.language), _stop(keys, office, programme, party)
        write = letters.paused if newest.stopped else letters.going_on
        words = write(say, tenant.name, whom.name, f"{office.base_url}/home", stop)
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _of_brand(conn: Connection, keys: Keys, office: PostOffice, one: Waiting) -> Iterator[Letter]:
    programme, party = int(one.content["programme"]), int(one.content["party"])
    whom = weekly_mail.recipient(Access(conn, programme, "job:mail"), keys, party)
    if whom is not None:
        say, stop = office.words_in(whom.language), _stop(keys, office, programme, party)
        said = (str(one.content["subject"]), str(one.content["text"]))
        words = letters.of_brand(say, _tenant(conn, programme).name, whom.name, *said, stop)
        yield Letter(whom.address, words.subject, words.text, one.ident, stop, whom.language)


def _turned_at(one: turns.Turned) -> int:
    return one.id


def _say(office: PostOffice, one: Waiting) -> Say:
    """The words for somebody who is no party yet."""
    return office.words_in(_language(one))


def _language(one: Waiting) -> str:
    return str(one.content.get("language", ""))


def _stop(keys: Keys, office: PostOffice, programme: int, party: int) -> str:
    return f"{office.base_url}/mail/stop/{mail_choice.stop_token(keys, programme, party)}"


def _host(office: PostOffice) -> str:
    return office.base_url.partition("://")[2]
