"""Every command of the flows that pages, the API and the command line call, with arguments as bad as they come.

A command gets values of the right types, as whoever calls it ensures: what is in them may be anything. Ids may be of
another programme, of another kind of row, or of nothing.
"""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from fanshare.core import terms_text
from fanshare.core.bank_files import Debtor, iban_debtor, us_debtor
from fanshare.core.payee_account import Account, Kind, iban_account, us_account
from fanshare.core.payout_item import Answer, Said
from fanshare.core.work_stops import Side
from fanshare.flows import (
    api_keys,
    appeals,
    applications,
    assets,
    claims,
    code_plans,
    code_stock,
    compliance,
    connection_changes,
    connections,
    event_targets,
    events,
    groups,
    inbox,
    joining,
    links,
    mail_choice,
    news,
    outlook,
    own_data,
    own_links,
    passkeys,
    payees,
    payout_banks,
    payout_runs,
    payouts,
    people,
    posts,
    programmes,
    public_texts,
    publish_terms,
    report_orders,
    requests,
    rulings,
    second_factor,
    shop_codes,
    sign_in,
    staff,
    terms_draft,
    work_stops,
)
from fanshare.flows.authorisation import Post
from fanshare.flows.payout_files import answers
from fanshare.flows.signed_in import Asking, Owner, Relying
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.generic.parse import parse as read_generic
from tests.edge.running import KEYS
from tests.fuzz import corpus, spoil
from tests.fuzz.desk import Desk

OWNER = Owner(staff.account_of(KEYS, "otto@example.test"), "test", "otto@example.test")
ASKING = Asking(Relying("share.example", "https://share.example"), passkeys.ADD, "session")

#: A picture that the picture flow takes.
_PIXEL = b64decode("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=")


#: A statement with one entry, to be spoiled.
_STATEMENT = (
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>'
    b'<Stmt><Id>1</Id><Ntry><Amt Ccy="EUR">1.41</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry></Stmt>'
    b"</BkToCstmrStmt></Document>"
)
_ACCOUNTS: tuple[Callable[[Desk], Account], ...] = (
    lambda d: iban_account(d.text("name"), d.text("iban"), d.text()),
    lambda d: iban_account("Cleo", d.text("iban"), ""),
    lambda d: us_account(d.text("name"), d.text("routing"), d.text("six")),
)
_DEBTORS: tuple[Callable[[Desk], Debtor], ...] = (
    lambda d: iban_debtor("Bea", d.text("iban"), "", d.text(), d.text(), d.text("name"), d.text("country")),
    lambda d: us_debtor(d.text("name"), d.text("routing"), d.text("name"), d.text("routing"), d.text()),
)


def _not_ours(address: str, hosts: Any, plain: bool) -> None:
    """Pages refuse addresses elsewhere; the links of this campaign may lead anywhere."""


def _report(d: Desk) -> object:
    raw, _ = d.chance.choice(corpus.generic())
    return report_orders.report_order(
        d.programme, spoil.json_body(d.chance, raw), d.text("endpoint"), read_generic, d.now, lambda done: done
    )


def _terms(d: Desk) -> object:
    given = spoil.toml_text(d.chance, d.chance.choice(corpus.TERMS).read_bytes())
    return publish_terms.publish_terms(
        d.programme.access, terms_text.parse(given, "toml"), d.now, effective_at=d.chance.choice([None, d.moment()])
    )


def _answer_once(d: Desk) -> object:
    work = lambda: {"made": people.add_fan(d.programme, people.Joiner(d.text(), d.text(), d.text()), d.now)}  # noqa: E731
    return requests.answer_once(d.programme, d.chance.choice([None, d.text("key")]), {"a": d.text("name")}, d.now, work)


def _found(d: Desk) -> object:
    new = programmes.checked(
        d.text("name"), d.text("currency"), d.text("country"), d.text("zone"), slug=d.text("slug"), contact=d.text()
    )
    return programmes.found(d.conn, KEYS, new, d.now, "test", owner=d.text("address"))


def _connect(d: Desk) -> object:
    new = connections.NewConnection(
        d.text("shop"), d.text("url"), (d.text("secret"),) if d.flag() else (),
        d.chance.choice([None, (d.text(), d.text())]), (d.text("host"),), d.text("endpoint"),
    )  # fmt: skip
    return connections.add_connection(d.programme, new, d.now, can_fetch=d.flag(), reports_fulfilment=d.flag())


def _drafted_terms(d: Desk) -> object:
    terms = d.programme.book.at(d.now)
    typed = {**terms_draft.fields(terms)}
    for name in d.chance.sample(sorted(typed), 2):
        typed[name] = d.text("percent")
    return terms_draft.look(d.programme, terms_draft.drafted(terms, typed), d.text("currency"), d.now)


def _switch_keys(d: Desk) -> None:
    api = d.chance.choice([None, (d.text(), d.text())])
    connection_changes.change_keys(d.programme, d.shop(), api, can_fetch=d.flag())


def _tell(d: Desk) -> object:
    answer = Answer(d.chance.choice([*Said]), d.moment(), d.chance.choice([None, d.amount()]), d.text("currency"))
    told = [payout_runs.Told(d.text("reference"), answer, d.text("reason")) for _ in range(d.chance.choice((1, 2)))]
    return payout_runs.tell(d.programme, d.id("run"), told, d.text("name"), d.now)


def _file(d: Desk) -> bytes:
    """What somebody says by a file about payments."""
    said = ",".join((d.chance.choice(d.words["reference"]), "returned", "1.41", "EUR", "account closed"))
    return f"reference,said,amount,currency,reason\n{said}\n".encode()


def _post(d: Desk) -> posts.Draft:
    return posts.Draft(d.text("name"), d.text(), d.chance.choice(["", d.text("country")]))


def _change_target(d: Desk) -> object:
    said: dict[str, Any] = {"url": d.text("url"), "types": [d.text("type")], "on": d.flag(), "new_secret": d.flag()}
    chosen = {name: said[name] for name in d.chance.sample(sorted(said), 2)}
    return event_targets.change_target(d.programme, d.text("target"), d.now, **chosen)


#: What is called, by the name under which the campaign counts it.
COMMANDS: dict[str, Callable[[Desk], object]] = {
    "creator": lambda d: people.add_creator(
        d.programme, people.Joiner(d.text("name"), d.text("address"), d.text("slug")), d.now
    ),
    "fan": lambda d: people.add_fan(
        d.programme, people.Joiner(d.text("name"), d.text("address"), d.text("slug")), d.now
    ),
    "identity": lambda d: people.know_identity(
        d.programme, d.id("party"), d.text("identity"), d.text("address"), d.now, connection=d.maybe("shop")
    ),
    "erase": lambda d: people.erase(d.programme, d.id("party"), d.now),
    "link": lambda d: links.add_link(
        d.programme,
        links.NewLink(
            d.id("party"), d.id("party"), d.text("url"), d.label(), d.text("name"), d.text("link"), d.text("class")
        ),
        d.now,
    ),
    "code": lambda d: links.add_code(
        d.programme,
        links.NewCode(d.id("party"), d.id("party"), d.text("code"), d.label(), d.flag(), d.maybe("shop")),
        d.now,
    ),
    "fan part": lambda d: links.choose_fan_part(
        d.programme, d.id("party"), d.number(0, 2_000), d.now, link_id=d.maybe("link")
    ),
    "link state": lambda d: assets.set_link_state(d.programme, d.text("link"), d.text("state"), d.now),
    "code state": lambda d: assets.set_code_state(
        d.programme, d.text("code"), d.text("state"), d.now, connection=d.maybe("shop")
    ),
    "give link": lambda d: assets.give_link(
        d.programme, d.text("link"), d.id("party"), d.now, creator=d.maybe("party")
    ),
    "give code": lambda d: assets.give_code(
        d.programme, d.text("code"), d.id("party"), d.now, creator=d.maybe("party"), connection=d.maybe("shop")
    ),
    "ruling": lambda d: rulings.rule(d.programme, d.ruling(), d.now),
    "absorb": lambda d: rulings.absorb_debt(d.programme, d.id("party"), d.text("currency"), d.text("reason"), d.now),
    "claim of a buyer": lambda d: rulings.claim_order(d.programme, d.id("order"), d.id("party"), d.now),
    "find order": lambda d: rulings.find_order(d.programme.access, d.text("number")),
    "appeal": lambda d: appeals.appeal(d.programme, d.id("order"), d.id("party"), d.text("reason"), d.now),
    "application": lambda d: applications.answer(
        d.programme, d.id("application"), accept=d.flag(), words=d.text("reason"), now=d.now
    ),
    "claim": lambda d: claims.claim(
        d.programme, d.id("party"), d.id("party"), claims.Said(d.text("number"), d.text(), d.text()), d.now
    ),
    "look at claim": lambda d: claims.look(d.programme, d.id("claim"), d.now),
    "refuse claim": lambda d: claims.refuse(d.programme, d.id("claim"), d.text("reason"), d.now),
    "accept claim": lambda d: claims.accept(d.programme, d.id("claim"), d.text("basis"), d.text("reason"), d.now),
    "plan of codes": lambda d: code_plans.set_plan(
        d.programme, d.id("shop"), d.plan(), d.now + d.chance.choice((0, 1))
    ),
    "stock": lambda d: code_stock.bring(
        d.programme, d.text("plan"), spoil.table(d.chance, b"code\nAAA1\nBBB2\n"), d.now, dry_run=d.flag()
    ),
    "ask for codes": lambda d: shop_codes.ask(
        d.programme,
        shop_codes.Wish(d.text("plan"), d.id("party"), d.id("party"), d.label(), d.text("code"), d.number(1, 3)),
        d.now,
    ),
    "rotate": lambda d: shop_codes.rotate(
        d.programme, d.text("code"), d.now, wished=d.text("code"), connection=d.maybe("shop")
    ),
    "end code": lambda d: shop_codes.end(
        d.programme, d.text("code"), d.now, connection=d.maybe("shop"), by_hand=d.flag()
    ),
    "state of a shop's code": lambda d: shop_codes.set_state_at(
        d.programme, d.text("code"), d.maybe("shop"), d.text("state"), d.now
    ),
    "number of a code": lambda d: shop_codes.numbered(d.programme, d.text("code"), d.maybe("shop")),
    "pause": lambda d: work_stops.pause(d.programme, "link", d.id("link"), Side.BRAND, d.text("reason"), d.now),
    "resume": lambda d: work_stops.resume(d.programme, "link", d.id("link"), Side.BRAND, d.now),
    "end": lambda d: work_stops.end(d.programme, "link", d.id("link"), Side.BRAND, d.text("reason"), d.now),
    "pause work": lambda d: work_stops.pause_work(d.programme, d.id("party"), d.text("reason"), d.now),
    "resume work": lambda d: work_stops.resume_work(d.programme, d.id("party"), d.now),
    "end work": lambda d: work_stops.end_work(d.programme, d.id("party"), d.text("reason"), d.now),
    "keep working": lambda d: work_stops.keep_working(d.programme, d.id("party"), d.now),
    "connect": _connect,
    "find connection": lambda d: connection_changes.find(d.programme, d.text("endpoint")),
    "add secret": lambda d: connection_changes.add_secret(d.programme, d.shop(), d.text("secret")),
    "retire secret": lambda d: connection_changes.retire_secret(d.programme, d.shop(), d.text("mark")),
    "keys of a shop": _switch_keys,
    "add target": lambda d: event_targets.add_target(d.programme, d.text("url"), [d.text("type")], d.now),
    "change target": _change_target,
    "remove target": lambda d: event_targets.remove_target(d.programme, d.text("target"), d.now),
    "replay": lambda d: event_targets.replay(d.programme, d.text("target"), d.number(0, 5)),
    "look at events": lambda d: events.look(d.programme.access, d.number(0, 3), ["shares.changed"], d.number(10)),
    "make key": lambda d: api_keys.make_key(
        d.programme.access, d.programme.public_id, d.text("name"), [d.text("scope")], d.now
    ),
    "end key": lambda d: api_keys.end_key(d.programme.access, d.text("api key"), d.now),
    "authenticate": lambda d: api_keys.authenticate(d.conn, d.text("whole key"), d.now),
    "group": lambda d: groups.set_group(d.programme, d.id("party"), d.text("group"), d.now),
    "retry": lambda d: inbox.retry(d.programme.access, d.now, d.chance.choice([None, [d.text("hex")]])),
    "join": lambda d: joining.make_link(
        d.programme.access, KEYS, joining.check(d.draft(), open_admission=d.flag()), d.now
    ),
    "look at joining": lambda d: joining.look(d.programme.access, KEYS, d.text("token"), d.now),
    "confirm joining": lambda d: joining.confirm(d.programme, d.text("token"), d.now),
    "admit": lambda d: joining.admit(d.programme, d.text("name"), d.text("address"), d.now),
    "first link": lambda d: joining.first_link(d.programme, d.id("party"), d.text("country"), d.now),
    "share link": lambda d: joining.share_link(d.programme, d.id("party"), d.id("party"), d.text("country"), d.now),
    "bought": lambda d: joining.claim_bought(d.programme, d.id("party"), d.text("address"), d.now),
    "stop mail": lambda d: mail_choice.stop(d.conn, KEYS, d.text("token"), d.now, really=d.flag()),
    "own link": lambda d: own_links.make(
        d.programme,
        d.id("party"),
        d.id("party"),
        own_links.Wish(d.text("url"), d.text("country"), d.text("platform"), d.text("name")),
        d.now,
        _not_ours,
    ),
    "own link's state": lambda d: own_links.set_state(
        d.programme, d.id("party"), d.text("link"), d.text("state"), d.now
    ),
    "own part": lambda d: own_links.choose_part(d.programme, d.id("party"), d.text("link"), d.text("percent"), d.now),
    "outlook": lambda d: outlook.outlook(d.programme, d.text("currency"), d.now, creator=d.maybe("party")),
    "copy": lambda d: own_data.copy(d.programme, d.id("party"), d.now),
    "leave": lambda d: own_data.leave(d.programme, d.id("party"), d.now),
    "write a post": lambda d: posts.write(d.programme, d.id("party"), _post(d), d.now, shown=d.flag()),
    "change a post": lambda d: posts.change(d.programme, d.id("party"), d.id("post"), _post(d), d.now),
    "show a post": lambda d: posts.show(d.programme, d.id("party"), d.id("post"), d.now if d.flag() else None),
    "delete a post": lambda d: posts.remove(d.programme, d.id("party"), d.id("post")),
    "hang a picture": lambda d: posts.add_picture(
        d.programme,
        d.id("party"),
        d.id("post"),
        spoil.noise(d.chance, _PIXEL) if d.flag() else _PIXEL,
        d.text("name"),
        d.now,
    ),
    "report a post": lambda d: posts.report(d.programme, d.id("party"), d.id("post"), d.now),
    "answer a report": lambda d: posts.settle_report(d.programme, d.id("post"), d.now, close=d.flag()),
    "take a picture out": lambda d: posts.remove_picture(d.programme, d.id("party"), d.id("post"), d.text("hex")),
    "arrived": lambda d: payouts.arrived(d.programme, d.id("payout"), d.now),
    "came back": lambda d: payouts.came_back(d.programme, d.id("payout"), d.text("reason"), d.now),
    "preview of a run": lambda d: payout_runs.preview(d.programme.access, d.now),
    "plan a run": lambda d: payout_runs.plan(d.programme, d.text("name"), d.now),
    "approve a run": lambda d: payout_runs.approve(d.programme, d.id("run"), d.text("name"), d.now),
    "freeze a run": lambda d: payout_runs.freeze(
        d.programme.access, d.id("run"), d.text("name"), d.now, d.text("reason")
    ),
    "resume a run": lambda d: payout_runs.resume(d.programme.access, d.id("run")),
    "give a run up": lambda d: payout_runs.drop(d.programme, d.id("run"), d.text("name"), d.now),
    "send a run": lambda d: payout_runs.send(d.programme, d.id("run"), d.text("name"), d.now),
    "tell of a run": _tell,
    "decide about a payment": lambda d: payout_runs.decide(
        d.programme, d.id("run"), d.text("reference"), d.flag(), d.text("reason"), d.text("name"), d.now
    ),
    "book a file": lambda d: payout_runs.tell(
        d.programme, d.id("run"), answers(spoil.table(d.chance, _file(d)), 100_000, d.now), d.text("name"), d.now
    ),
    "name an account": lambda d: payees.change(
        d.programme, d.id("party"), d.chance.choice(_ACCOUNTS)(d), d.now, adult=d.flag()
    ),
    "undo an account": lambda d: payees.undo(d.programme, d.id("party"), d.id("account"), d.now),
    "undo by a link": lambda d: payees.by_link(d.conn, KEYS, d.text("token"), d.now, really=d.flag()),
    "pay from": lambda d: payout_banks.set_debtor(d.programme, d.chance.choice(_DEBTORS)(d), d.text("name"), d.now),
    "pay by hand": lambda d: payout_banks.end_debtor(d.programme, d.chance.choice([*Kind]), d.now),
    "file for a bank": lambda d: payout_banks.file_of(
        d.programme, d.id("run"), d.chance.choice([*Kind]), Banks(), d.now
    ),
    "hear a bank": lambda d: payout_banks.hear(
        d.programme, d.id("run"), spoil.table(d.chance, _STATEMENT), Banks(), d.text("name"), d.now
    ),
    "pace of news": lambda d: news.choose(
        d.programme.access, d.chance.choice(d.known["party"]), d.text("pace"), weekly=d.flag(), now=d.now
    ),
    "found": _found,
    "public text": lambda d: public_texts.write(d.conn, "test", d.text("page"), d.text("language"), d.text(), d.now),
    "terms": _terms,
    "draft terms": _drafted_terms,
    "report order": _report,
    "answer once": _answer_once,
    "turn on": lambda d: second_factor.turn_on(d.conn, KEYS, OWNER, b"s" * 20, d.text("six"), d.now),
    "passkey": lambda d: passkeys.add(d.conn, KEYS, OWNER, ASKING, d.text("passkey"), d.text("name"), d.now),
    "name of a passkey": lambda d: passkeys.rename(d.conn, KEYS, OWNER, d.text("hex"), d.text("name"), d.now),
    "no passkey": lambda d: passkeys.remove(d.conn, KEYS, OWNER, d.text("hex"), d.now),
    "enter by passkey": lambda d: passkeys.enter(d.conn, KEYS, ASKING, d.text("passkey"), d.now),
    "prove": lambda d: second_factor.prove(d.conn, KEYS, OWNER, d.text("six"), d.now),
    "sign in": lambda d: sign_in.make_link(d.conn, KEYS, d.text("address"), d.now),
    "enter": lambda d: sign_in.enter(d.conn, KEYS, d.text("token"), d.now),
    "session": lambda d: sign_in.session(d.conn, KEYS, d.text("token"), d.now),
    "operator": lambda d: staff.add_operator(d.conn, KEYS, d.text("address"), d.now),
    "no operator": lambda d: staff.remove_operator(d.conn, KEYS, d.text("address"), d.now),
    "brand person": lambda d: staff.add_brand_person(
        d.programme.access, d.programme.public_id, KEYS, d.text("address"), d.now, post=d.chance.choice(list(Post))
    ),
    "no brand person": lambda d: staff.remove_brand_person(
        d.programme.access, d.programme.public_id, KEYS, d.text("address"), d.now
    ),
    "wish of a shop": lambda d: compliance.answered(d.programme, d.id("application"), d.now),
    "held wish": lambda d: compliance.held(d.programme, d.id("application"), d.now),
}
