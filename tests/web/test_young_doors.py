"""Nobody lets somebody earn who said that she is under 18, whatever she asked for before and whoever it is."""

import re
import threading
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.moving import Balance, Moved, Person
from fanshare.flows import applications, goals, joining, people, shop_credits, young
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.joining import Draft
from fanshare.flows.moving import Source, move_in, plan_moving
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.store.access import Access, connect
from fanshare.store.queries import joining as queries
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
FILE = Source(("x.csv",), 1)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("doors")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def address(name: str) -> str:
    return f"{name}@example.test"


def token(programme: Programme, name: str, kind: str, now: int) -> str:
    draft = Draft(kind, address(name), name=name.title(), creator="cleo", country="DE")
    made = joining.make_link(programme.access, KEYS, draft, now)
    assert made is not None
    return made


def applied(company: Company, name: str) -> int:
    """Somebody applied as a creator, and waits; the application's number."""
    programme, now = company.brand.programme, company.house.now
    joining.confirm(programme, token(programme, name, joining.APPLICATION, now), now)
    (found,) = [one.id for one in applications.waiting(programme, limit=50) if one.draft.address == address(name)]
    return found


def says_young(company: Company, name: str) -> int:
    """She joins as a fan and says that she is under 18; her party."""
    programme, now = company.brand.programme, company.house.now
    joined = joining.confirm(programme, token(programme, name, joining.FAN, now), now, young_in="DE")
    assert joined is not None
    assert joined.kind == joining.YOUNG
    return joined.party


def accept(company: Company, number: int) -> None:
    applications.answer(company.brand.programme, number, accept=True, words="", now=company.house.now)


def kinds(company: Company, name: str) -> list[str]:
    hash_ = company.brand.programme.pseudonym("email", address(name))
    found = company.house.rows(
        "SELECT p.kind FROM party_identity i JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id"
        " WHERE i.kind = 'email' AND i.hash = %s ORDER BY 1",
        hash_,
    )
    return [row[0] for row in found]


def refused(do: Callable[[], object]) -> FanshareError:
    with pytest.raises(FanshareError) as error:
        do()
    return error.value


def test_an_application_sent_before_is_not_accepted_and_the_brand_reads_why(company: Company) -> None:
    number = applied(company, "ada")
    says_young(company, "ada")
    bea, parties = company.device("bea"), company.house.value("SELECT count(*) FROM party")
    answer = bea.fill(f"/brand/linen/applications/{number}", answer="yes", words="Welcome")
    assert answer.status == 422
    assert "said here that she is under 18, so she can't earn" in words(answer)
    assert "Welcome" in answer.text, "what was typed stays"
    assert refused(lambda: accept(company, number)).code == "under_age"
    assert kinds(company, "ada") == ["young"]
    assert company.house.value("SELECT count(*) FROM party") == parties
    assert company.house.value("SELECT count(*) FROM outbox WHERE kind = 'answer'") == 0, "nobody is mailed"
    assert bea.fill(f"/brand/linen/applications/{number}", answer="no").status == 302


def test_once_she_says_that_she_is_eighteen_she_is_accepted(company: Company) -> None:
    number, party = applied(company, "ebba"), says_young(company, "ebba")
    assert refused(lambda: accept(company, number)).code == "under_age"
    young.grow(company.brand.programme, party, company.house.now)
    accept(company, number)
    assert kinds(company, "ebba") == ["creator", "fan"]


def test_whoever_never_said_so_is_accepted_as_ever(company: Company) -> None:
    accept(company, applied(company, "greta"))
    assert kinds(company, "greta") == ["creator"]
    programme, now = company.brand.programme, company.house.now
    link = token(programme, "greta", joining.FAN, now)
    assert refused(lambda: joining.confirm(programme, link, now, young_in="DE")).code == "said_of_age"


def _moved(company: Company, name: str) -> None:
    programme, now = company.brand.programme, company.house.now
    who = Person(f"id:{name}", name, name.title(), email=address(name))
    moved = Moved("csv", "ab" * 32, (who,), balances=(Balance(who.key, "EUR", 5_000_000),))
    shown = plan_moving(programme, moved, now, destination="https://shop.example/")
    if any("under 18" in one.why for one in shown.untaken):
        assert not shown.people
        assert not shown.openings, "nor is anything owed to her"
        raise FanshareError("under_age", "told by the plan")
    move_in(programme, moved, shown, FILE, now, label=LABEL, destination="https://shop.example/")


DOORS: dict[str, Callable[[Company, str], object]] = {
    "the brand's command or key, a creator": lambda c, name: add_creator(
        c.brand.programme, Joiner(f"Door {name}", address(name).upper()), c.house.now
    ),
    "the brand's command or key, a fan": lambda c, name: add_fan(
        c.brand.programme, Joiner("", f" {address(name)}"), c.house.now
    ),
    "many at once": lambda c, name: people.add_creators(
        c.brand.programme, [Joiner(f"One {name}"), Joiner(f"Two {name}", address(name))], c.house.now
    ),
    "moving in": _moved,
}


@pytest.mark.parametrize("door", DOORS)
def test_no_other_door_lets_her_earn_and_every_one_lets_others_in(company: Company, door: str) -> None:
    number, before = list(DOORS).index(door), company.house.value("SELECT count(*) FROM party")
    assert refused(lambda: DOORS[door](company, "yara")).code == "under_age"
    assert kinds(company, "yara") == ["young"]
    assert company.house.value("SELECT count(*) FROM party") == before
    DOORS[door](company, f"grown{number}")
    assert kinds(company, f"grown{number}") != []


def test_moving_in_that_comes_between_plan_and_word_makes_nobody_earn(company: Company) -> None:
    """The plan was shown before she said it; what is done looks again under the lock."""
    programme, now = company.brand.programme, company.house.now
    moved = Moved("csv", "ab" * 32, (Person("id:lin", "lin", "Lin", email=address("lin")),))
    shown = plan_moving(programme, moved, now, destination="https://shop.example/")
    assert [one.person.key for one in shown.people] == ["id:lin"]
    says_young(company, "lin")
    error = refused(
        lambda: move_in(programme, moved, shown, FILE, now, label=LABEL, destination="https://shop.example/")
    )
    assert error.code == "changed_meanwhile"
    assert kinds(company, "lin") == ["young"]


def test_a_gift_to_a_goal_is_refused_like_any_other(company: Company) -> None:
    programme, now = company.brand.programme, company.house.now
    yara = company.house.value("SELECT id FROM party WHERE kind = 'young' ORDER BY id LIMIT 1")
    draft = goals.Draft("A loom", "For more linen", 50_000_000, now + 30 * DAY)
    goal = goals.make(programme, company.brand.cleo, draft, "EUR", now)
    wish = goals.Wish(yara, goal, 1_000_000)
    assert refused(lambda: goals.give(programme, wish, shop_credits.drawn_key(), now)).code == "under_age"
    other = wish._replace(giver=company.brand.finn)
    assert refused(lambda: goals.give(programme, other, shop_credits.drawn_key(), now)).code != "under_age"


def test_leaving_takes_back_what_she_applied_for(company: Company) -> None:
    """Otherwise her word would be forgotten and the application not."""
    number, party = applied(company, "hedi"), says_young(company, "hedi")
    other = applied(company, "ines")
    people.erase(company.brand.programme, party, company.house.now)
    assert refused(lambda: accept(company, number)).code == "unknown_application"
    accept(company, other)
    assert kinds(company, "ines") == ["creator"]


def _aside(company: Company, do: Callable[[Programme], object], outcomes: list[str]) -> threading.Thread:
    """Does something over a connection of its own; what came of it is added to ``outcomes``."""

    def run() -> None:
        with connect(company.house.database.dsn()) as conn:
            programme = open_programme(
                Access(conn, company.brand.tenant.id, "aside"), company.brand.tenant.public_id, KEYS
            )
            try:
                do(programme)
                outcomes.append("done")
            except FanshareError as error:
                outcomes.append(error.code)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize(("first", "late"), [("young", "under_age"), ("accepted", "said_of_age")])
def test_of_two_at_the_same_moment_the_second_finds_what_the_first_did(company: Company, first: str, late: str) -> None:
    """The first has written and not committed: the second waits for it, and is refused. Never are both there."""
    name, now, outcomes = f"pair-{first}", company.house.now, list[str]()
    number = applied(company, name)
    link = token(company.brand.programme, name, joining.FAN, now)
    ways: dict[str, Callable[[Programme], object]] = {
        "young": lambda programme: joining.confirm(programme, link, now, young_in="DE"),
        "accepted": lambda programme: applications.answer(programme, number, accept=True, words="", now=now),
    }
    with company.brand.access.transaction():
        ways[first](company.brand.programme)
        second = _aside(company, ways["accepted" if first == "young" else "young"], outcomes)
        second.join(0.5)
        assert outcomes == [], "it waits"
    second.join(20)
    assert outcomes == [late]
    assert kinds(company, name) == (["young"] if first == "young" else ["creator"])


def test_without_the_lock_both_would_be_there(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "hold_ages", lambda access, *, alone: None)
    monkeypatch.setattr(queries, "one_at_a_time", lambda *_: None)  # the lock by address holds this door as well
    name, now, outcomes = "unlocked", company.house.now, list[str]()
    number = applied(company, name)
    with company.brand.access.transaction():
        says_young(company, name)
        second = _aside(
            company, lambda programme: applications.answer(programme, number, accept=True, words="", now=now), outcomes
        )
        second.join(20)
    assert outcomes == ["done"]
    assert kinds(company, name) == ["creator", "young"]


def test_without_the_rule_an_old_application_would_make_her_a_creator(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = applied(company, "unruled")
    says_young(company, "unruled")
    monkeypatch.setattr(people, "may_become", lambda kind, known: True)
    accept(company, number)
    assert kinds(company, "unruled") == ["creator", "young"]


def test_an_address_that_only_pays_for_somebody_is_not_hers(company: Company) -> None:
    """A brand that notes Yara's address as one of Cleo's payers makes nobody younger, nor Yara older."""
    programme, now = company.brand.programme, company.house.now
    people.know_identity(programme, company.brand.cleo, "email", address("payer"), now)
    says_young(company, "payer")
    assert kinds(company, "payer") == ["creator", "young"]
