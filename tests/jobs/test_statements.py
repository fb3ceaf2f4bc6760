"""Statements of real books: every way money moves, checked by the core and by the one file that needs neither us nor
a database."""

import copy
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fanshare.core import clickid
from fanshare.core.canonical import parse_json
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.core.statement_check import verify
from fanshare.core.statement_report import Report
from fanshare.flows import payouts
from fanshare.flows.accept import Shop, accept
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, erase
from fanshare.flows.rulings import NewRuling, claim_order, find_order, rule
from fanshare.flows.statements import make_statement
from fanshare.jobs.worker import log_name
from fanshare.store import log_store, signing
from fanshare.store.signing import LogSigner
from fanshare.verifier import fanshare_verify
from tests.jobs.house import LABEL, Brand, House
from tests.support import paying

TERMS = """
[terms]
policy = "linear"

[[commission]]
id = "standard"
percent = "12"

[fans]
buyer_percent = "5"
"""
VERIFIER = Path(fanshare_verify.__file__)


class Books:
    """One programme whose creators share credits, and quick ways to move its money."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.brand = Brand.founded(house, "linear", TERMS)
        long_ago = house.now - 40 * DAY
        self.mira = add_creator(self.brand.programme, Joiner("Mira"), long_ago)
        self.mira_link, _ = add_link(
            self.brand.programme, NewLink(self.mira, self.mira, "https://shop.example/", LABEL), long_ago
        )
        name = log_name("shop.example", self.brand.tenant)
        self.signer: LogSigner = signing.load_or_create(house.home / "keys", name)

    def click(self, link: int, days_ago: int) -> str:
        at = self.house.now - days_ago * DAY
        return clickid.mint(link, at, os.urandom(clickid.RANDOM_BYTES), self.brand.programme.secrets.click_id)

    def order(self, number: str, *links: int, net: int = 59_000_000) -> OrderState:
        """An order after clicks on these links, the first of them the oldest."""
        clicks = tuple(self.click(link, 1 + len(links) - place) for place, link in enumerate(links))
        buyer = self.brand.programme.pseudonym("email", f"buyer-{number}@example.test")
        return OrderState(
            number,
            f"birth-{number}",
            self.house.now,
            self.house.now - HOUR,
            Status.CAPTURED,
            "EUR",
            (Line("1", net),),
            total=net,
            buyer=Buyer(email=buyer),
            evidence=Evidence(clicks, whole_path=len(clicks) > 1),
        )

    def tell(self, *states: OrderState) -> None:
        """The shop tells these states, and they are settled."""
        programme = self.brand.programme
        shop = Shop(self.brand.shop.id, self.brand.shop.endpoint)
        with programme.access.transaction():
            found = accept(programme.access, shop, states, programme.book, programme.secrets, self.house.now)
        assert not found.refused
        self.house.work()

    def refunded(self, state: OrderState, amount: int) -> OrderState:
        self.house.later(HOUR)
        number = str(len(state.refunds))
        return replace(
            state, modified_at=self.house.now, refunds=(*state.refunds, Refund(number, self.house.now, amount))
        )

    def statement(self, party: int, older: Any = None) -> Any:
        """A party's statement as she would read it from her file."""
        size = None if older is None else older["checkpoint"].split("\n")[1]
        made = make_statement(
            self.brand.programme,
            self.brand.tenant,
            self.signer,
            party,
            self.house.now,
            older_size=None if size is None else int(size),
        )
        return parse_json(json.dumps(made).encode())

    def order_id(self, number: str) -> int:
        return find_order(self.brand.access, number)


@pytest.fixture
def books(house: House) -> Books:
    return Books(house)


def total(statement: Any, where: str = "pending") -> str:
    (section,) = statement["currencies"]
    found: str = section["closing"][where]
    return found


def checked(statement: Any, older: Any = None) -> Report:
    """Both verifiers, which have to agree."""
    report = verify(statement, signing.verify, older=older)
    other = fanshare_verify.verify(statement, older)
    assert [(one.name, one.status) for one in report.checks] == [(one.name, one.status) for one in other.checks]
    return report


def story(books: Books) -> None:
    """Three orders, refunds in between, one with two creators, one cancelled, a payout that came back."""
    brand = books.brand
    first = books.order("1001", brand.fan_link)
    both = books.order("1002", books.mira_link, brand.link, net=80_000_000)
    gone = books.order("1003", brand.fan_link)
    books.tell(first, both, gone)
    first = books.refunded(first, 20_000_000)
    books.tell(first)
    books.house.later(HOUR)
    books.tell(replace(gone, modified_at=books.house.now, status=Status.CANCELLED))
    books.house.later(31 * DAY)
    books.house.work()
    planned = paying.plan(brand.programme, books.house.now)
    assert len(planned) == 3
    for payout in planned:
        paying.send(brand.programme, payout, books.house.now)
    payouts.arrived(brand.programme, planned[0], books.house.now + HOUR)
    payouts.came_back(brand.programme, planned[1], "account closed", books.house.now + HOUR)


def parties(books: Books) -> dict[str, int]:
    return {"creator": books.brand.cleo, "second creator": books.mira, "fan": books.brand.finn}


def test_every_party_can_check_what_she_earned_and_why(books: Books) -> None:
    story(books)
    for name, party in parties(books).items():
        report = checked(books.statement(party))
        assert report.ok, (name, [one for one in report.checks if one.status not in ("ok", "note")])


def test_the_worked_case_stands_in_the_statement_to_the_micro(books: Books) -> None:
    order = books.order("1001", books.brand.fan_link)
    books.tell(order)
    fan, creator = books.statement(books.brand.finn), books.statement(books.brand.cleo)
    assert (total(fan), total(creator)) == ("1.416000", "5.310000")
    books.tell(books.refunded(order, 20_000_000))
    fan, creator = books.statement(books.brand.finn), books.statement(books.brand.cleo)
    assert (total(fan), total(creator)) == ("0.936000", "3.510000")
    assert "Commission 4.68 is 12 % of 39.00 of goods; your share is 20 % of it: 0.936" in json.dumps(fan)
    assert checked(fan).ok
    assert checked(creator).ok


def system_python() -> str:
    """An interpreter that knows nothing of ours."""
    for name in ("/usr/bin/python3", "python3"):
        said = subprocess.run([name, "-c", "import sys; print(sys.version_info >= (3, 9))"], capture_output=True)
        if said.stdout.strip() == b"True":
            return name
    pytest.fail("no Python of 3.9 or newer on this machine")


def test_the_one_file_verifier_agrees_under_the_python_of_the_machine(books: Books, tmp_path: Path) -> None:
    story(books)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    first = books.statement(books.brand.finn)
    old.write_text(json.dumps(first))
    books.tell(books.order("2001", books.brand.fan_link))
    new.write_text(json.dumps(books.statement(books.brand.finn, first)))
    command = [system_python(), "-I", str(VERIFIER)]
    fine = subprocess.run([*command, str(new), str(old)], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert fine.returncode == 0, fine.stdout + fine.stderr
    new.write_text(new.read_text().replace('"1.416000"', '"1.417000"', 1))
    wrong = subprocess.run([*command, str(new)], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert wrong.returncode == 1, wrong.stdout + wrong.stderr


def test_a_newer_statement_continues_an_older_one(books: Books) -> None:
    story(books)
    older = books.statement(books.brand.cleo)
    books.tell(books.order("2001", books.brand.link))
    newer = books.statement(books.brand.cleo, older)
    assert checked(newer, older).ok
    unproved = books.statement(books.brand.cleo)
    assert not checked(unproved, older).ok, "without the proof of consistency nothing is concluded"


def test_a_history_that_was_written_anew_is_found(books: Books) -> None:
    """The negative control of consistency: the same programme, another first order."""
    books.tell(books.order("1001", books.brand.link))
    older = books.statement(books.brand.cleo)
    changed = copy.deepcopy(older)
    root = changed["checkpoint"].split("\n")[2]
    note = changed["checkpoint"].replace(root, root[::-1].replace("=", "A")[:43] + "=")
    changed["checkpoint"] = note
    books.tell(books.order("1002", books.brand.link))
    newer = books.statement(books.brand.cleo, older)
    assert checked(newer, older).ok
    assert not checked(newer, changed).ok


def test_a_restore_is_read_as_a_new_epoch_and_not_as_tampering(books: Books) -> None:
    story(books)
    older = books.statement(books.brand.finn)
    log_store.open_epoch(books.brand.access, "restored after a broken disk", books.house.now)
    books.tell(books.order("2001", books.brand.fan_link))
    newer = books.statement(books.brand.finn, older)
    report = checked(newer, older)
    assert report.ok, [one for one in report.checks if one.status not in ("ok", "note")]
    assert "restored after a broken disk" in json.dumps(newer)


def test_credit_that_moved_away_stays_explained(books: Books) -> None:
    order = books.order("1001", books.brand.link)
    books.tell(order)
    assert total(books.statement(books.brand.cleo)) == "7.080000"
    moved = NewRuling(
        "reassigned", "Mira's post, wrong link", books.order_id("1001"), books.brand.cleo, to_creator=books.mira
    )
    rule(books.brand.programme, moved, books.house.now)
    books.house.work()
    cleo, mira = books.statement(books.brand.cleo), books.statement(books.mira)
    assert (total(cleo), total(mira)) == ("0.000000", "7.080000")
    assert checked(cleo).ok
    assert checked(mira).ok


def test_a_buyer_who_claims_her_order_later_finds_her_part(books: Books) -> None:
    books.tell(books.order("1001", books.brand.fan_link))
    stray = add_fan(books.brand.programme, Joiner("Stray"), books.house.now)
    assert claim_order(books.brand.programme, books.order_id("1001"), stray, books.house.now)
    assert not claim_order(books.brand.programme, books.order_id("1001"), books.brand.finn, books.house.now)
    books.house.work()
    statement = books.statement(stray)
    assert total(statement) == "0.354000"
    assert checked(statement).ok


def edit(change: Callable[[Any], None]) -> Callable[[Any], Any]:
    def changed(statement: Any) -> Any:
        copied = copy.deepcopy(statement)
        change(copied)
        return copied

    return changed


def _line(statement: Any) -> Any:
    return statement["currencies"][0]["lines"][0]


TAMPERED: dict[str, Callable[[Any], Any]] = {
    "an amount": edit(lambda s: _line(s)["body"]["shares"][0].update(amount="9.000000")),
    "a total": edit(lambda s: s["currencies"][0]["closing"].update(pending="99.000000")),
    "a sentence": edit(lambda s: _line(s).update(sentences={"fan": "You brought nobody."})),
    "a line left out": edit(lambda s: s["currencies"][0]["lines"].pop()),
    "the party": edit(lambda s: s["party"].update(id="0" * 16)),
    "the checkpoint": edit(lambda s: s.update(checkpoint=s["checkpoint"].replace("\n", "\n1", 1))),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_statement_that_was_changed_is_found_out(books: Books, name: str) -> None:
    books.tell(books.order("1001", books.brand.fan_link), books.order("1002", books.brand.fan_link))
    statement = books.statement(books.brand.finn)
    assert checked(statement).ok
    changed = TAMPERED[name](statement)
    assert changed != statement
    assert not checked(changed).ok
    resealed = books.signer.seal({key: value for key, value in changed.items() if key != "seal"})
    assert name == "the party" or not checked(parse_json(json.dumps(resealed).encode())).ok


def test_only_known_parties_have_a_statement_and_an_erased_fan_s_shares_are_no_longer_hers(books: Books) -> None:
    books.tell(books.order("1001", books.brand.fan_link))
    with pytest.raises(BadInputError, match="no such creator or fan"):
        books.statement(9_999)
    erase(books.brand.programme, books.brand.finn, books.house.now)
    statement = books.statement(books.brand.finn)
    assert statement["currencies"] == []
    assert checked(books.statement(books.brand.cleo)).ok
