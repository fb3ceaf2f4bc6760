"""Postbacks through the whole house: the edge on a socket, the spool, the inbox, the books."""

from urllib.parse import urlencode

import msgspec
import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.flows.connections import Connection, NewConnection, add_connection
from fanshare.flows.day_keys import DayKeys
from fanshare.integrations.postback.verify import sign
from tests.jobs.house import House

TOKEN = "an-address-is-a-secret-too"
COMMISSION = 7_080_000


@pytest.fixture
def network(house: House) -> Connection:
    """A network that calls an address when something is sold."""
    new = NewConnection("postback", secrets=(TOKEN,), hosts=("shop.example",), endpoint="pos-network")
    return add_connection(house.bea.programme, new, house.now - DAY, can_fetch=False, reports_fulfilment=False)


def query(click: str, **change: str) -> str:
    sale = {"xid": "N-1", "sub1": click, "order_sum": "59.00", "currency": "EUR", "status": "1", "ip": "203.0.113.9"}
    return urlencode(sale | change)


@pytest.mark.usefixtures("network")
def test_a_sale_called_in_by_get_is_booked_once_and_a_decline_takes_it_back(house: House) -> None:
    with house.open() as edge:
        click = house.bea.click()
        address = f"/hooks/pos-network/{TOKEN}?{query(click)}"
        for _ in range(3):
            answer = edge.client.get(address)
            assert (answer.status_code, answer.json()) == (200, {"ok": True})
            house.work()
            house.later(HOUR)
        assert house.bea.earned(house.bea.cleo) == COMMISSION
        assert house.value("SELECT count(*) FROM order_state") == 1
        form = {"xid": "N-1", "status": "3", "order_sum": "59.00", "currency": "EUR", "token": "not in a form"}
        assert edge.client.post(f"/hooks/pos-network/{TOKEN}", data=form).status_code == 200
        house.work()
        assert house.bea.earned(house.bea.cleo) == 0
        # What was said before the decline, said again after it.
        assert edge.client.get(address).status_code == 200
        house.work()
    assert house.bea.earned(house.bea.cleo) == 0
    assert house.bea.inbox() == {"done": 5}
    assert house.bea.sound()


@pytest.mark.usefixtures("network")
def test_a_signed_call_needs_no_token_and_a_wrong_one_is_refused(house: House) -> None:
    with house.open() as edge:
        sale = query(house.bea.click())
        assert (
            edge.client.get(f"/hooks/pos-network?{sale}&signature={sign(TOKEN.encode(), sale.encode())}").status_code
            == 200
        )
        assert edge.client.get(f"/hooks/pos-network?{sale}").status_code == 401
        assert edge.client.get(f"/hooks/pos-network/guessed?{sale}").status_code == 401
        house.work()
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    assert house.value("SELECT count(*) FROM refused_delivery") == 2


def test_neither_token_nor_address_of_a_person_is_written_down(house: House, network: Connection) -> None:
    with house.open() as edge:
        edge.client.get(f"/hooks/pos-network?{query('')}&token={TOKEN}")
        edge.client.get(f"/hooks/pos-network?{query('')}&token=wrong-{TOKEN}")
        house.work()
    sealer = DayKeys(house.conn, house.bea.programme.keys)
    columns = "SELECT received_at, sealed_body, id FROM"
    rows = house.rows(f"{columns} delivery UNION ALL {columns} refused_delivery")
    kept = [sealer.unseal(at, bytes(sealed), bytes(place)) for at, sealed, place in rows]
    assert len(kept) == 2
    for one in kept:
        headers, body = msgspec.msgpack.decode(one, type=tuple[dict[str, str], bytes])
        assert b"N-1" in body
        assert b"203.0.113" not in one
        assert TOKEN.encode() not in one
        assert not [name for name in headers if name.startswith(":")]


@pytest.mark.usefixtures("network")
def test_what_can_not_be_read_is_answered_200_and_parked_with_its_reason(house: House) -> None:
    with house.open() as edge:
        for change in ({"order_sum": "59,00"}, {"status": "maybe"}, {"currency": ""}):
            assert edge.client.get(f"/hooks/pos-network/{TOKEN}?{query('', **change)}").status_code == 200
        house.work()
    codes = house.rows("SELECT reason_code FROM delivery WHERE state = 'parked' ORDER BY 1")
    assert codes == [("bad_amount",), ("bad_status",), ("missing_field",)]


@pytest.mark.usefixtures("network")
def test_only_an_address_may_be_called_by_get_and_only_a_form_be_posted_to_it(house: House) -> None:
    with house.open() as edge:
        assert edge.client.get(f"/hooks/{house.bea.shop.endpoint}").status_code == 405
        assert edge.client.get("/hooks/nobody/token?xid=1").status_code == 405
        assert edge.client.post(f"/hooks/{house.bea.shop.endpoint}/token").status_code == 404
        assert edge.client.head(f"/hooks/pos-network/{TOKEN}").status_code == 405
        posted = edge.client.post(f"/hooks/pos-network/{TOKEN}", json={"xid": "1"})
        assert (posted.status_code, posted.json()["code"]) == (415, "not_a_form")


@pytest.mark.usefixtures("network")
def test_a_sale_called_in_again_after_its_decline_waits_for_a_person(house: House) -> None:
    with house.open() as edge:
        click = house.bea.click()
        edge.client.get(f"/hooks/pos-network/{TOKEN}?{query(click, status='3')}")
        house.work()
        house.later(HOUR)
        edge.client.get(f"/hooks/pos-network/{TOKEN}?{query(click)}")
        house.work()
    assert house.bea.earned(house.bea.cleo) == 0
    assert house.rows("SELECT reason_code FROM delivery WHERE state = 'parked'") == [("declined_before",)]
