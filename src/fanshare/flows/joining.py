"""Joining: somebody types a few fields, confirms by a link that was mailed to her, and is in; or has applied.

Until she confirms there is only what she typed, sealed, for a day. What is answered to the form is the same whether or
not an address is known here; whoever is in already is just signed in. Nobody is asked for follower numbers. Who
confirms says that she is 18 or older: only then is there anything to earn. A fan may say that she is younger, and comes
in without money (``flows.young``). An address that was proved also opens what
its owner earned as a buyer before she came.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from fanshare.config.keys import Keys
from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.flows import joining_codes, links, outbox, people, rulings, young
from fanshare.flows.authorisation import Role
from fanshare.flows.context import Programme
from fanshare.flows.staff import account_of, clean, folded
from fanshare.store.access import Access, Connection
from fanshare.store.queries import joining as queries
from fanshare.store.queries import news, pages, selling

CREATOR, FAN, APPLICATION, CLAIM, YOUNG = "creator", "fan", "application", "claim", "young"
DRAFT_LIVES = DAY
#: Drafts of one address that may wait at once in a programme.
DRAFTS_AT_ONCE = 5
LONGEST_NAME, LONGEST_ANSWER = 80, 1_500
#: Orders that one confirmation opens; whoever bought more confirms again.
MOST_CLAIMED = 500

SEALED = "joining"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed. ``creator`` (a short name) belongs to a fan, the last three answers to an application.

    ``country`` chooses the label of her first link.
    """

    kind: str
    address: str
    name: str = ""
    creator: str = ""
    #: The code of the creator's link of which a fan wants one of her own; empty: of the newest.
    link: str = ""
    country: str = ""
    makes: str = ""
    shown_at: str = ""
    why: str = ""
    #: In which she was reading.
    language: str = ""

    @staticmethod
    def of(content: Mapping[str, str | int]) -> "Draft":
        """A draft from what was sealed."""
        return Draft(**{field.name: str(content.get(field.name, "")) for field in fields(Draft)})


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of a confirmed draft: ``party`` is 0 for an application, ``link`` the code of her first link, if any.

    ``claimed`` counts orders of hers whose buyer's part she has now.
    """

    kind: str
    address: str
    party: int = 0
    link: str = ""
    claimed: int = 0


def kind_for(open_admission: bool) -> str:
    """What a creator who wants to join hands in."""
    return CREATOR if open_admission else APPLICATION


def check(draft: Draft, *, open_admission: bool) -> Draft:
    """The draft as it may be kept.

    Raises ``BadInputError``: ``bad_email``, ``name_missing``, ``bad_field``, ``unknown_country``, and ``closed`` for
    one who wants in at once where an application is asked for.
    """
    if draft.kind not in (FAN, CLAIM, kind_for(open_admission)):
        raise BadInputError("closed", "How creators join here has just changed; open the page again.", 409)
    texts = asdict(draft)
    if any("\x00" in text or len(text) > LONGEST_ANSWER for text in texts.values()):
        raise BadInputError(
            "bad_field", "An answer holds at most %(most)s characters; shorten it.", most=LONGEST_ANSWER
        )
    if len(draft.name) > LONGEST_NAME:
        raise BadInputError("bad_field", "A name holds at most %(most)s characters.", most=LONGEST_NAME)
    if draft.kind in (CREATOR, APPLICATION) and not draft.name.strip():
        raise BadInputError("name_missing", "Say the name by which people will see you.")
    if draft.kind != CLAIM:
        ad_labels.country(draft.country)
    return Draft(**{**texts, "address": clean(draft.address)})


def ask(conn: Connection, keys: Keys, programme_id: int, draft: Draft, now: Instant) -> None:
    """Have the link mailed that confirms a checked draft; pressing twice within a minute is once."""
    wished = f"{draft.kind}/{draft.creator}/{draft.link}"
    key = f"{programme_id}/{wished}/{account_of(keys, draft.address).hex()}/{now // MINUTE}"
    outbox.put(conn, keys, outbox.JOIN, key, {**asdict(draft), "programme": programme_id}, now)


def make_link(access: Access, keys: Keys, draft: Draft, now: Instant) -> str | None:
    """The token that confirms a draft; ``None`` where several of this address wait already."""
    account = account_of(keys, draft.address)
    if queries.drafts(access, account, now) >= DRAFTS_AT_ONCE:
        return None
    token = secrets.token_urlsafe(32)
    sealed = keys.seal(SEALED, json.dumps(asdict(draft)).encode(), _hash(token))
    queries.keep_draft(access, _hash(token), account, sealed, now, now + DRAFT_LIVES)
    return token


def look(access: Access, keys: Keys, token: str, now: Instant) -> Draft | None:
    """What a token would confirm; looking uses nothing up."""
    sealed = queries.draft(access, _hash(token), now)
    return None if sealed is None else Draft.of(json.loads(keys.unseal(SEALED, sealed, _hash(token))))


def confirm(programme: Programme, token: str, now: Instant, *, young_in: str = "") -> Joined | None:
    """She pressed the button: she is in, or her application is. ``None`` when the link was used or is too old.

    ``young_in`` is the country where somebody lives who says that she is under 18 and old enough there: then she is
    in as a fan without money. Of two presses at the same moment one counts. Raises ``BadInputError``
    (``unknown_creator``, ``closed``, ``bad_field``, ``under_age``: only a fan may be younger) and ``ConflictError``
    (``said_of_age``), which leave the link as it was.
    """
    access, keys = programme.access, programme.keys
    with access.transaction():
        sealed = queries.take_draft(access, _hash(token), now)
        if sealed is None:
            return None
        draft = check(
            Draft.of(json.loads(keys.unseal(SEALED, sealed, _hash(token)))),
            open_admission=programme.book.at(now).open_admission,
        )
        queries.one_at_a_time(access, account_of(keys, draft.address))
        if young_in:
            joined = _young(programme, draft, young_in, now)
        else:
            _grown(programme, draft.address, now)
            joined = {FAN: _fan, CREATOR: take_in, APPLICATION: _apply, CLAIM: _claim}[draft.kind](
                programme, draft, now
            )
        if joined.party and draft.language:
            news.speak(access, joined.party, draft.language)
        return joined


def forget_old(access: Access, now: Instant) -> int:
    """Drop what nobody confirmed within a day; how much."""
    return queries.forget_old(access, now)


def admit(programme: Programme, name: str, address: str, now: Instant) -> int:
    """A new creator under the first short name that is free; returns her party id."""
    wished = people.slug_of(name)[:50].strip("-") or "creator"
    tries = [wished, *(f"{wished}-{number}" for number in range(2, 10)), f"{wished}-{secrets.token_hex(4)}"]
    for slug in tries:
        try:
            return people.add_creator(programme, people.Joiner(name, address, slug), now)
        except ConflictError:
            continue
    raise ConflictError("slug_taken", "This name is taken; choose another one.")


def first_link(programme: Programme, creator: int, country: str, now: Instant) -> str:
    """A link to the front of the shop, for a creator who has none; empty while no shop is connected."""
    if selling.links(programme.access, creator, limit=1) or not (where := _front(programme.access)):
        return ""
    label = ad_labels.country(country)
    what = links.Label(label.code, "other", label.label)
    return links.add_link(programme, links.NewLink(creator, creator, where, what), now)[1]


def share_link(programme: Programme, fan: int, creator: int, country: str, now: Instant, of: str = "") -> str:
    """A fan's link for a creator: the one she has, else a new one made from the creator's newest link.

    With ``of``, the code of a live link of the creator's own, it is one made from that. It leads where that one leads,
    and what the creator chose for that one holds for it. Empty while there is nowhere it could lead. Raises
    ``BadInputError`` (``unknown_country``).
    """
    access = programme.access
    with access.transaction():
        queries.one_at_a_time(access, f"link of {fan}".encode())
        wished = selling.sources(access, creator, code=of, limit=1) if of else []
        known = queries.link_of_fan(access, fan, creator, wished[0].id if wished else None)
        if known is not None:
            return known
        label = ad_labels.country(country)
        source = source_of(access, creator, of)
        where = source.destination if source else _front(access)
        what = links.Label(label.code, "other", label.label)
        new = links.NewLink(creator, fan, where, what, source=source.id if source else None)
        return links.add_link(programme, new, now)[1] if where else ""


def source_of(access: Access, creator: int, of: str = "") -> selling.Source | None:
    """From which live link of a creator's own a fan's is made: the one of that code, else the newest."""
    found = selling.sources(access, creator, code=of, limit=1) if of else []
    return next(iter(found or selling.sources(access, creator, limit=1)), None)


def claim_bought(programme: Programme, party: int, address: str, now: Instant) -> int:
    """Give a party the buyer's parts of orders placed with an address that was just proved; how many orders."""
    known = programme.pseudonym("email", folded(address))
    found = queries.bought(programme.access, known, limit=MOST_CLAIMED)
    return sum(rulings.claim_order(programme, order, party, now) for order in found)


def take_in(programme: Programme, draft: Draft, now: Instant) -> Joined:
    """Make a creator of somebody whose address was proved, or find her; with a first link."""
    party = _known(programme, draft.address, Role.CREATOR)
    if not party:
        party = admit(programme, draft.name, draft.address, now)
        _of_age(programme, party, now)
    claimed = claim_bought(programme, party, draft.address, now)
    link = first_link(programme, party, draft.country, now)
    joining_codes.give(programme, party, now)
    return Joined(CREATOR, draft.address, party, link, claimed)


def _fan(programme: Programme, draft: Draft, now: Instant) -> Joined:
    creator = pages.creator(programme.access, draft.creator)
    if creator is None:
        raise BadInputError("unknown_creator", "This creator is not here any more.", 404)
    party = _as_fan(programme, draft, now)
    claimed = claim_bought(programme, party, draft.address, now)
    code = share_link(programme, party, creator.id, draft.country, now, draft.link)
    joining_codes.give(programme, party, now)
    return Joined(FAN, draft.address, party, code, claimed)


def _young(programme: Programme, draft: Draft, home: str, now: Instant) -> Joined:
    if draft.kind != FAN:
        raise BadInputError(
            "under_age", "Money is for people of 18 or more, and so is everything that becomes money.", 409
        )
    creator = pages.creator(programme.access, draft.creator)
    if creator is None:
        raise BadInputError("unknown_creator", "This creator is not here any more.", 404)
    if _known(programme, draft.address, Role.FAN) or _known(programme, draft.address, Role.CREATOR):
        raise ConflictError(
            "said_of_age",
            "This address is here as that of somebody of 18 or more; if that is wrong, write to the shop.",
        )
    joiner, known = people.Joiner(draft.name, draft.address), _known(programme, draft.address, Role.YOUNG)
    party = young.take_in(programme, joiner, creator.id, home, known, now)
    return Joined(YOUNG, draft.address, party)


def _grown(programme: Programme, address: str, now: Instant) -> None:
    """Whoever says that she is 18 or older is no fan under 18 any more."""
    known = _known(programme, address, Role.YOUNG)
    if known:
        young.grow(programme, known, now)


def _claim(programme: Programme, draft: Draft, now: Instant) -> Joined:
    party = _known(programme, draft.address, Role.CREATOR) or _as_fan(programme, draft, now)
    return Joined(CLAIM, draft.address, party, claimed=claim_bought(programme, party, draft.address, now))


def _apply(programme: Programme, draft: Draft, now: Instant) -> Joined:
    known = _known(programme, draft.address, Role.CREATOR)
    if known:
        return Joined(CREATOR, draft.address, known)
    account = account_of(programme.keys, draft.address)
    content = json.dumps(asdict(draft)).encode()
    queries.apply(programme.access, account, programme.keys.seal(SEALED, content, account), now)
    return Joined(APPLICATION, draft.address)


def _as_fan(programme: Programme, draft: Draft, now: Instant) -> int:
    party = _known(programme, draft.address, Role.FAN)
    if not party:
        party = people.add_fan(programme, people.Joiner(draft.name, draft.address), now)
        _of_age(programme, party, now)
    return party


def _of_age(programme: Programme, party: int, now: Instant) -> None:
    people.keep_age(programme.vault, queries.person_of(programme.access, party), now)


def _known(programme: Programme, address: str, role: Role) -> int:
    """The party of that kind behind an address that was just proved; 0 if there is none."""
    found = queries.parties_of(programme.access, programme.pseudonym("email", folded(address)), role.value)
    for party, person in found:
        kept = programme.vault.get(person, "email")
        if kept is not None and kept.decode().strip().casefold() == folded(address):
            return party
    return 0


def _front(access: Access) -> str:
    """The front page of the first shop; empty while none is connected."""
    hosts, plain = selling.shops(access)
    return f"{'http' if plain else 'https'}://{hosts[0]}/" if hosts else ""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
