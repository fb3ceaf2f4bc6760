"""Move in: do what a plan says, the whole of it in one transaction, or nothing.

The plan is made again inside the transaction: what was shown is what is done, or nothing is. A second import finds all
that it would do done, because people, links, codes and balances are compared with what is in the books.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.moving import Moved, Person, folded, merged
from fanshare.core.moving_plan import Known, Plan, link_code, plan
from fanshare.flows.connections import connections
from fanshare.flows.context import Programme
from fanshare.flows.links import Label, NewCode, NewLink, add_code, add_links
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.people import Joiner, add_creators
from fanshare.store import log_store
from fanshare.store.access import retry
from fanshare.store.queries import moving

type Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an import comes from, for the record: names and size of the files."""

    names: tuple[str, ...]
    size: int


def plan_moving(programme: Programme, moved: Moved, now: Instant, *, destination: str = "") -> Plan:
    """What moving in would do now. Nothing is changed. Raises ``BadInputError`` as ``refuse_elsewhere``."""
    with programme.access.transaction():
        return _plan(programme, moved, now, destination)


def move_in(
    programme: Programme,
    moved: Moved,
    shown: Plan,
    source: Source,
    now: Instant,
    *,
    label: Label | None = None,
    destination: str = "",
    progress: Progress | None = None,
) -> Plan:
    """Do what a plan says; returns it. ``now`` and ``destination`` are those that the plan was made with.

    Raises ``ConflictError`` (``changed_meanwhile``) where the books have changed since, ``BadInputError``
    (``label_missing``) where links or codes would go live without an advertising label.
    """
    if label is None and (shown.links or shown.codes):
        raise BadInputError(
            "label_missing",
            "Links and codes go live with their advertising label: say --country, --platform and --label.",
        )

    def work() -> Plan:
        moving.lock(programme.access)
        if _plan(programme, moved, now, destination) != shown:
            raise ConflictError(
                "changed_meanwhile", "The books have changed since the plan was made; look at it again."
            )
        _apply(programme, shown, moved, source, now, label, progress or _silent)
        return shown

    return retry(programme.access.conn, work)


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def source_of(programme: Programme, tool: str, key: str) -> str:
    """The keyed hash under which somebody of another tool is remembered."""
    return programme.pseudonym(f"moved {tool}", key)


def old_link_leaf(programme: Programme, param: str, value: str, code: str, since: Instant) -> dict[str, object]:
    """The log's record that an old link's address leads to a link from an instant on."""
    old = commitments.derive_salt(programme.salts, "old_link", param, value)
    link = commitments.derive_salt(programme.salts, "link", code)
    return leaves.old_link(
        old=commitments.commit(commitments.OLD_LINK, old, [param, value]),
        link=commitments.commit(commitments.LINK, link, code),
        since=since,
    )


def refuse_elsewhere(programme: Programme, destination: str) -> None:
    """Raises ``BadInputError`` (``bad_address``) for an address that is on no site of the programme's shops."""
    known = hosts(programme)
    if not destination or _host(destination) in known:
        return
    if not known:
        raise BadInputError(
            "bad_address", "Links lead to your shop alone, and none is connected yet: connect it first."
        )
    raise BadInputError("bad_address", "Links lead to your shop alone: name one of its pages.")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _plan(programme: Programme, moved: Moved, now: Instant, destination: str) -> Plan:
    refuse_elsewhere(programme, destination)
    return plan(moved, _known(programme, merged(moved), now), now, destination=destination)


def _known(programme: Programme, moved: Moved, now: Instant) -> Known:
    access = programme.access
    sources = {one.key: source_of(programme, moved.tool, one.key) for one in moved.people}
    came = moving.by_source(access, moved.tool, sources.values())
    emails = _emails(programme, moved.people)
    known, young = moving.by_email(access, emails.values()), moving.young(access, emails.values())
    parties: dict[str, int] = {}
    for person in moved.people:
        party, erased = came.get(sources[person.key], (known.get(_email(programme, person)), False))
        if party is not None and not erased:
            parties[person.key] = party
    links = [(one.param, folded(one.value)) for one in moved.links]
    opened = moving.opened(access, moved.tool)
    return Known(
        people=parties,
        erased=frozenset(key for key, source in sources.items() if came.get(source, (0, False))[1]),
        young=frozenset(key for key, hash_ in emails.items() if key not in parties and hash_ in young),
        slugs=moving.slugs(access),
        links=moving.old_link_owners(access, links),
        taken=moving.taken_links(access, {link_code(value) for _, value in links}),
        codes=moving.code_owners(access, {one.text.strip().casefold() for one in moved.codes}),
        openings=_opened(opened, parties),
        hosts=hosts(programme),
        rates=frozenset(rule.bps for rule in programme.book.at(now).rules if rule.bps is not None),
    )


def _opened(opened: Mapping[tuple[int, str], Micros], parties: Mapping[str, int]) -> dict[tuple[str, str], Micros]:
    keys = {party: key for key, party in parties.items()}
    return {(keys[party], currency): sum_ for (party, currency), sum_ in opened.items() if party in keys}


def _emails(programme: Programme, people: Iterable[Person]) -> dict[str, str]:
    return {person.key: _email(programme, person) for person in people if person.email}


def _email(programme: Programme, person: Person) -> str:
    return programme.pseudonym("email", person.email.strip().casefold()) if person.email else ""


def hosts(programme: Programme) -> frozenset[str]:
    """The names of the shops' sites, without ports."""
    named = (str(host) for shop in connections(programme) for host in shop.settings.get("hosts", ()))
    return frozenset(urlsplit(f"//{host}").hostname or "" for host in named) - {""}


def _apply(
    programme: Programme,
    shown: Plan,
    moved: Moved,
    source: Source,
    now: Instant,
    label: Label | None,
    progress: Progress,
) -> None:
    parties = _people(programme, shown, moved, now)
    progress("people", len(shown.people), len(shown.people))
    post_openings(programme, moved.tool, moved.file, _openings(programme, shown, moved.tool, parties), now)
    progress("balances", len(shown.openings), len(shown.openings))
    if label is not None and shown.links:
        _links(programme, shown, parties, label, now)
        progress("links", len(shown.links), len(shown.links))
    for number, (person, text) in enumerate(shown.codes, 1):
        assert label is not None
        add_code(programme, NewCode(parties[person], parties[person], text, label), now)
        progress("codes", number, len(shown.codes))
    counts = {
        "people": len(shown.people),
        "links": len(shown.links),
        "codes": len(shown.codes),
        "balances": len(shown.openings),
    }
    moving.insert_run(programme.access, moved.tool, moved.file, source.names, source.size, counts, now)


def _people(programme: Programme, shown: Plan, moved: Moved, now: Instant) -> dict[str, int]:
    """Admit who is new and remember everybody by her id there; the party of every key."""
    access, one = programme.access, merged(moved)
    known = _known(programme, one, now).people
    parties = {key: known[key] for key in shown.known}
    if shown.people:
        joiners = [Joiner(new.person.shown, new.person.email, new.slug) for new in shown.people]
        made = add_creators(programme, joiners, now)
        parties |= {new.person.key: party for new, party in zip(shown.people, made, strict=True)}
        persons = moving.persons(access, made)
        for new in shown.people:
            if new.person.name and new.person.name != new.person.shown:
                programme.vault.put(persons[parties[new.person.key]], "name", new.person.name.encode(), now)
    moving.insert_people(
        access, one.tool, {source_of(programme, one.tool, key): party for key, party in parties.items()}, now
    )
    return parties


def _openings(programme: Programme, shown: Plan, tool: str, parties: Mapping[str, int]) -> list[NewOpening]:
    return [
        NewOpening(parties[one.person], source_of(programme, tool, one.person), one.currency, one.amount, one.ready_at)
        for one in shown.openings
    ]


def _links(programme: Programme, shown: Plan, parties: Mapping[str, int], label: Label, now: Instant) -> None:
    """A live link for every old one, and what its old address looked like."""
    news = [
        NewLink(parties[one.person], parties[one.person], one.destination, label, code=one.code) for one in shown.links
    ]
    made = add_links(programme, news, now)
    bodies = [
        old_link_leaf(programme, one.param, one.value, code, now)
        for one, (_, code) in zip(shown.links, made, strict=True)
    ]
    first = log_store.append(programme.access, bodies)
    rows = [
        (one.param, one.value, link, first + number)
        for number, (one, (link, _)) in enumerate(zip(shown.links, made, strict=True))
    ]
    moving.insert_old_links(programme.access, rows, now)
