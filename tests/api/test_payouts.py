"""Money that leaves, by the API: clocks of shares, what balances wait for, runs and whether their records agree."""

from typing import Any

from fanshare.core.instants import DAY, to_datetime
from fanshare.core.payout_item import Answer, Said
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.core.rates import DayRates
from fanshare.flows import payee_currency, payout_runs, payout_schedule, rates
from fanshare.flows.authorisation import Scope
from fanshare.flows.payout_runs import Told
from fanshare.store.queries import payout_runs as rows
from tests.api.support.desk import Client, Served
from tests.api.test_books import SALE, sold
from tests.jobs.house import House


def ripe(house: House, api: Client) -> None:
    """A sale whose return window is over."""
    sold(house, api, "1001")
    house.later(60 * DAY)
    house.worker.housekeeping()
    house.work()


def clock(api: Client) -> Any:
    (share,) = api.every("/shares")
    return share["clock"]


def paid(house: House) -> tuple[int, str]:
    """A run that was sent, and the reference of its payment."""
    with house.open():
        programme = house.bea.programme
        run, _ = payout_runs.plan(programme, "Bea", house.now)
        payout_runs.approve(programme, run, "Bea", house.now)
        [row] = payout_runs.send(programme, run, "Bea", house.now)
        assert row.item.frozen is not None
        return run, row.item.frozen.key


def test_a_share_says_when_it_is_ready_and_what_it_waits_for(house: House, api: Client) -> None:
    sold(house, api, "1001")
    waiting = clock(api)
    assert (waiting["step"], waiting["pays_on"], waiting["run"]) == ("waiting", None, None)
    assert waiting["waits"] == [{"why": "maturity", "until": waiting["ready_at"]}]
    assert (waiting["credit"], waiting["kept"]["micros"], waiting["given"]["currency"]) == (None, "0", "EUR")
    with house.open():
        payout_schedule.choose(house.bea.access, house.bea.tenant, Schedule(Every.MONTH, 1), house.now)
    assert clock(api)["pays_on"].endswith("-01")
    pays = api.get("/programme")["pays"]
    assert (pays["every"], pays["day"], pays["next"][-2:]) == ("month", 1, "01")
    assert api.get("/programme")["punctuality"] is None, "one sale says nothing about a habit"
    nothing = {"micros": "0", "currency": "EUR"}
    assert api.get("/programme")["paid"] == {"minimum": nothing, "ways": [{"way": "bank", "minimum": nothing}]}


def test_a_balance_says_what_keeps_it_back(house: House, api: Client) -> None:
    ripe(house, api)
    (balance,) = api.every("/balances")
    assert (balance["available"], balance["waits"], balance["pays_on"]) == (SALE, [], None)
    with house.open():
        party = house.bea.access.value("SELECT id FROM party WHERE programme_id = %(programme_id)s AND slug = 'cleo'")
        rows.stop(house.bea.access, party, "asked for it", house.now)
    (balance,) = api.every("/balances")
    assert balance["waits"] == [{"why": "stopped", "until": None}]
    assert clock(api)["waits"] == balance["waits"]


def test_a_payment_in_another_currency_says_what_it_is_made_of_and_by_which_rates(house: House, api: Client) -> None:
    ripe(house, api)
    today = to_datetime(house.now).date().isoformat()
    with house.open():
        access = house.bea.access
        rates.take(access.conn, [DayRates(today, {"USD": "1.1583"})], house.now)
        payee_currency.offer(access, ["USD"], house.now)
        payee_currency.choose(house.bea.programme, house.bea.cleo, "USD", house.now)
    run, _ = paid(house)
    (payment,) = api.every(f"/payout-runs/{run}/payments")
    given = payment["converted"].pop("taken")
    assert (payment["amount"]["currency"], given["currency"]) == ("USD", "EUR")
    assert payment["converted"] == {"source": "ECB", "day": today, "taken_per": "1", "paid_per": "1.1583"}
    (balance,) = [one for one in api.every("/balances") if one["available"]["currency"] == "EUR"]
    assert balance["waits"] in ([], [{"why": "underway", "until": None}])


def test_a_run_its_payments_and_its_comparison_are_told_until_it_is_paid(house: House, api: Client) -> None:
    ripe(house, api)
    assert api.every("/payout-runs") == []
    run, key = paid(house)
    (found,) = api.every("/payout-runs")
    assert (found["id"], found["state"]) == (str(run), "sent")
    assert found["totals"] == [{"payments": 1, "open": 1, "amount": SALE}]
    assert api.get(f"/payout-runs/{run}") == found
    (payment,) = api.every(f"/payout-runs/{run}/payments")
    assert (payment["state"], payment["reference"], payment["amount"]) == ("submitted", key, SALE)
    assert (clock(api)["step"], clock(api)["run"]) == ("leaving", str(run))
    with house.open():
        said = Told(key, Answer(Said.ARRIVED, house.now, 7_070_000, "EUR"))
        payout_runs.tell(house.bea.programme, run, [said], "Bea", house.now)
    compared = api.get(f"/payout-runs/{run}/comparison")
    assert not compared["agrees"]
    assert [(one["what"], one["reference"], one["other"]) for one in compared["differences"]] == [
        ("other_said", key, "7.07 EUR")]  # fmt: skip
    assert clock(api)["step"] == "looked"
    with house.open():
        payout_runs.decide(house.bea.programme, run, key, True, "a fee of the bank", "Bea", house.now)
    assert api.get(f"/payout-runs/{run}/comparison")["agrees"]
    assert (clock(api)["step"], clock(api)["paid_at"] is not None) == ("paid", True)
    assert house.bea.sound()


def test_what_is_not_there_and_whose_key_may_not_are_refused(served: Served, house: House, api: Client) -> None:
    for path in ("/payout-runs/99", "/payout-runs/99/payments", "/payout-runs/99/comparison"):
        assert api.get(path, 404)["code"] == "unknown_run"
        assert served.client(Scope.READ).get(path, 403)["code"] == "scope_missing"
    assert served.client(Scope.READ).get("/payout-runs", 403)["code"] == "scope_missing"
    assert api.get(f"/payout-runs/{'9' * 18}", 404)["code"] == "unknown_run"
    ripe(house, api)
    with house.open():
        run, _ = payout_runs.plan(house.bea.programme, "Bea", house.now)
    assert api.get(f"/payout-runs/{run}/comparison", 409)["code"] == "not_sent"
