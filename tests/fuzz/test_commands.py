"""Commands with bad arguments: done, or refused with a code and one sentence, and then nothing of it is written."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from fanshare.core.code_plans import SHOP, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.payee_account import iban_account
from fanshare.core.terms_document import TermsError
from fanshare.flows import (
    api_keys,
    appeals,
    claims,
    code_plans,
    event_targets,
    joining,
    links,
    news,
    payees,
    payout_runs,
    posts,
    rulings,
    shop_codes,
    sign_in,
    staff,
)  # fmt: skip
from fanshare.flows.links import NewCode, add_code
from fanshare.store.access import Access, connect
from fanshare.store.queries import payout_runs as payout_rows
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.fuzz.campaign import batches
from tests.fuzz.commands import COMMANDS
from tests.fuzz.desk import WORDS, Desk, Till
from tests.fuzz.usable import refusal, told
from tests.jobs.house import LABEL, Brand, House
from tests.support import paying
from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "owner", "schema_template", "shared_database"]

#: A number for everything that is in the tables: rows counted and hashed.
_PRINT = """
SELECT string_agg(format('SELECT %L, count(*), coalesce(sum(hashtext(t::text)), 0) FROM %I t', relname, relname),
                  ' UNION ALL ')
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
   AND relname NOT LIKE 'django%'
"""


@pytest.fixture(scope="module")
def desk(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two programmes in the middle of their life: sales, payouts, a hold, an appeal, claims, codes, keys."""
    with House.built(shared_database, tmp_path_factory.mktemp("desk")) as house:
        made = furnished(house)
        with patch.object(psycopg, "connect", Till.connect):
            till: Any = connect(shared_database.dsn())
        with till:
            access = Access(till, house.bea.tenant.id, "test")
            yield replace(made, conn=till, programme=replace(made.programme, access=access))


def furnished(house: House) -> Desk:
    """What there is to be named in commands, by kind."""
    bea, quiet = house.bea, Brand.founded(house, "quiet")
    programme, now = bea.programme, house.now
    with house.open():
        orders = [bea.post(bea.order(str(number), clicks=(bea.click(),))) for number in range(1, 4)]
        orders.append(bea.post(bea.order("4", clicks=(bea.click(bea.fan_code),))))
    assert {answer.status_code for answer in orders} == {200}
    house.work()
    known = {
        "order": [
            row[0] for row in bea.access.fetch("SELECT id FROM shop_order WHERE programme_id = %(programme_id)s")
        ],
        "party": [bea.cleo, bea.finn],
        "link": [bea.link, bea.fan_link],
        "shop": [bea.shop.id],
        "stray": [quiet.cleo, quiet.link, quiet.shop.id],
    }
    first, second, *_ = known["order"]
    add_code(programme, NewCode(bea.cleo, bea.cleo, "mira10", LABEL), now - DAY)
    plan = CodePlan("ten", Discount("EUR", percent_bps=1_000), "TEN", SHOP, per_owner=5)
    code_plans.set_plan(programme, bea.shop.id, plan, now - DAY)
    asked = shop_codes.ask(programme, shop_codes.Wish("ten", bea.cleo, bea.finn, LABEL), now)
    claims.claim(programme, bea.finn, bea.cleo, claims.Said("1", "a receipt", "it was me"), now)
    claims.claim(programme, bea.cleo, bea.cleo, claims.Said("9", "", ""), now)
    rulings.rule(programme, rulings.NewRuling("held", "looks odd", second, until=now + DAY), now)
    draft = joining.Draft("application", "nele@example.test", "Nele", "", "", "DE", "weaves", "here", "why not")
    applied = joining.make_link(bea.access, KEYS, replace(draft, address="nils@example.test"), now)
    assert applied
    joining.confirm(programme, applied, now)
    staff.add_operator(house.conn, KEYS, "otto@example.test", now)
    target = event_targets.add_target(programme, "https://there.example/in", ["shares.changed"], now)
    key, whole = api_keys.make_key(bea.access, programme.public_id, "till", ["read"], now)
    known["appeal"] = [appeals.appeal(programme, first, bea.cleo, "that is not right", now)]
    known["post"] = [posts.write(programme, bea.cleo, posts.Draft("For you", "*new*", "DE"), now, shown=True)]
    house.later(40 * DAY)
    house.worker.housekeeping()
    house.work()
    known |= _money(house)
    for kind in ("claim", "application"):
        found = house.rows(f"SELECT id FROM {kind} WHERE programme_id = %s", bea.tenant.id)
        known[kind] = [row[0] for row in found]
    waiting = joining.make_link(bea.access, KEYS, draft, house.now)
    assert waiting
    signing_in = sign_in.make_link(house.conn, KEYS, "otto@example.test", house.now)
    undoing = payees.undo_token(KEYS, bea.tenant.id, known["account"][0])
    words = {
        **WORDS,
        "link": [bea.code, bea.fan_code],
        "code": ["mira10", asked[0].shown],
        "endpoint": [bea.shop.endpoint],
    }
    words |= {"pace": [*news.PACES], "reference": [f"{programme.public_id[:16]}-{one}" for one in (1, 2)]}
    words |= {
        "token": [waiting, signing_in, undoing],
        "target": [target.public_id],
        "api key": [key],
        "whole key": [whole],
    }
    return Desk(Random(0), house.conn, programme, house.now, known, words)


def _money(house: House) -> dict[str, list[int]]:
    """Cleo is in a run, Finn has a payout of his own, and an account that waits."""
    bea, now = house.bea, house.now
    payout_rows.stop(bea.access, bea.finn, "for now", now)
    run, _plan = payout_runs.plan(bea.programme, "Bea", now)
    payout_rows.go_on(bea.access, bea.finn)
    payouts = paying.plan(bea.programme, now)
    assert len(payouts) == 1
    named = iban_account("Fay", "DE89370400440532013000")
    account = payees.change(bea.programme, bea.finn, named, now, adult=True)
    return {"run": [run], "payout": payouts, "account": [account]}


def prints(desk: Desk) -> dict[str, list[int]]:
    """How many rows each table has, and a hash of all of them."""
    (query,) = desk.conn.execute(_PRINT.encode()).fetchone() or ("",)
    return {name: rest for name, *rest in desk.conn.execute(query.encode())}


def given(desk: Desk, name: str) -> str:
    """Give a command. What was done is taken back; what a refused one left behind stays, and is seen in the prints."""
    outcome = f"done: {name}"
    with desk.conn.transaction():
        try:
            COMMANDS[name](desk)
        except TermsError as error:
            outcome = told(error)
        except FanshareError as error:
            outcome = refusal(error)
        except Exception as error:
            error.add_note(f"the command was {name!r}")
            raise
        else:
            raise psycopg.Rollback
    return outcome


def some(desk: Desk) -> Callable[[Random, int], list[str]]:
    """Batches of commands; before each one a few are really done, so that no two meet the same programme."""

    def case(chance: Random, count: int) -> list[str]:
        desk.chance = chance
        with desk.conn.transaction(force_rollback=True):
            for name in chance.sample([*COMMANDS], 5):
                with contextlib.suppress(FanshareError), desk.conn.transaction():
                    COMMANDS[name](desk)
            before = prints(desk)
            outcomes = [given(desk, chance.choice([*COMMANDS])) for _ in range(count)]
            after = prints(desk)
            assert before == after, [name for name in after if before[name] != after[name]]
        return outcomes

    return case


@pytest.mark.soak_sized
def test_a_command_with_bad_arguments_is_refused_with_a_reason_and_nothing_of_it_is_written(desk: Desk) -> None:
    outcomes = batches(some(desk))
    done = {name for name in COMMANDS if outcomes[f"done: {name}"]}
    # What is told of a payment needs a run that is sent, and its answer a report: few batches have them.
    assert len(done) >= len(COMMANDS) * 3 / 4, {*COMMANDS} - done
    assert len([one for one in outcomes if one.startswith("refused")]) >= 60, sorted(outcomes)


def test_a_command_that_forgets_a_check_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "check_parties", lambda access, parties: None)
    with pytest.raises((psycopg.Error, KeyError)):  # whichever comes first: the database, or a name that is not there
        batches(some(desk), 2_000)


def test_a_command_that_writes_before_it_refuses_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a transaction that keeps what was written in it when it is refused."""

    def keeping(self: Access) -> Iterator[None]:
        yield

    monkeypatch.setattr(Access, "transaction", contextlib.contextmanager(keeping))
    with pytest.raises((AssertionError, psycopg.errors.InFailedSqlTransaction)):
        batches(some(desk), 2_000)
