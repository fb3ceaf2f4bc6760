"""Events: listed from the log without a gap, and sent as Standard Webhooks until they are taken."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.flows.doctor_programme import programme_remarks
from fanshare.flows.event_targets import targets
from fanshare.integrations.outgoing.send import Sender
from fanshare.jobs.tell import PAUSES
from tests.api.support.desk import Client
from tests.jobs.house import House
from tests.support.receiver import Receiver

SHARES = {"types": ["shares.changed"]}


@pytest.fixture
def receiver(house: House) -> Iterator[Receiver]:
    """Software beside the installation, which may be called although its address is not public."""
    house.worker.sender = Sender(private_too=True)
    with Receiver() as running:
        yield running


def orders(house: House, api: Client, *numbers: str) -> None:
    for number in numbers:
        with house.open():
            click = house.bea.click()
        api.post("/orders", house.bea.order(number, clicks=(click,)))
    house.work()


def numbers(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["data"]["order"]["number"] for one in receiver.got]


def tell(house: House) -> None:
    house.worker.housekeeping()


def test_everything_that_happened_is_listed_once_in_its_order(house: House, api: Client) -> None:
    orders(house, api, "1", "2")
    order = api.every("/orders")[0]["id"]
    api.post("/rulings", {"kind": "denied", "order": order, "reason": "No."})
    house.work()
    events = api.every("/events", limit=2)
    assert [one["type"] for one in events if one["type"] != "terms.published"] == [
        "shares.changed",
        "shares.changed",
        "ruling.made",
        "shares.changed",
    ]
    places = [int(one["id"]) for one in events]
    assert places == sorted(set(places))
    first = next(one for one in events if one["type"] == "shares.changed")
    assert first["data"]["order"] == {"id": order, "connection": "bea-shop", "number": "1"}
    assert first["data"]["commission"] == {"micros": "7080000", "currency": "EUR"}
    assert [one["type"] for one in api.every("/events", type="ruling.made")] == ["ruling.made"]
    assert api.get("/events", 422, params={"type": "nothing"})["code"] == "invalid"


def test_an_event_is_sent_signed_so_that_the_standards_library_takes_it(
    house: House, api: Client, receiver: Receiver
) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    orders(house, api, "1")
    tell(house)
    (message,) = receiver.got
    assert message.headers["webhook-id"] == f"evt_{house.bea.tenant.public_id}_{json.loads(message.body)['id']}"
    at = int(message.headers["webhook-timestamp"])
    assert at == house.now // SECOND
    taken = _verified(made["secret"], message.headers, message.body)
    assert taken["type"] == "shares.changed"
    assert taken == {"timestamp": taken["at"], **next(one for one in api.every("/events") if one["id"] == taken["id"])}
    with pytest.raises(Exception, match="signature"):
        _verified(made["secret"], message.headers, message.body.replace(b"7080000", b"9080000"))
    tell(house)
    assert len(receiver.got) == 1


def _verified(secret: str, headers: dict[str, str], body: bytes) -> Any:
    """As the official library reads it; the moment is the house's, so the timestamp is checked by the caller."""
    hook = Webhook(secret)
    hook._Webhook__verify_timestamp = lambda text: _moment(text)  # type: ignore[attr-defined]
    return hook.verify(body, headers)


def _moment(text: str) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(text), UTC)


def test_a_target_is_told_only_what_it_wants_and_nothing_of_before(
    house: House, api: Client, receiver: Receiver
) -> None:
    orders(house, api, "1")
    api.post("/webhooks", {"url": receiver.url, "types": ["ruling.made"]})
    orders(house, api, "2")
    api.post("/rulings", {"kind": "denied", "order": api.every("/orders")[0]["id"], "reason": "No."})
    tell(house)
    assert [json.loads(one.body)["type"] for one in receiver.got] == ["ruling.made"]


def test_what_is_not_taken_is_sent_again_later_and_later_and_then_has_failed(
    house: House, api: Client, receiver: Receiver
) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    receiver.status = 500
    orders(house, api, "1")
    tell(house)
    for attempt, pause in enumerate(PAUSES, 1):
        assert len(receiver.got) == attempt
        house.later(pause - SECOND)
        tell(house)
        assert len(receiver.got) == attempt, "not before its time"
        house.later(2 * SECOND)
        tell(house)
    assert len(receiver.got) == len(PAUSES) + 1
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    house.later(DAY)
    tell(house)
    (one,) = api.get("/webhooks")
    assert (one["id"], one["state"], one["waiting"], one["failed"]) == (made["id"], "on", 0, 1)
    assert one["failing_since"] is not None


def test_one_event_that_is_refused_does_not_hold_up_the_others(house: House, api: Client, receiver: Receiver) -> None:
    api.post("/webhooks", {"url": receiver.url, **SHARES})
    receiver.status = 500
    orders(house, api, "1")
    tell(house)
    receiver.status = 200
    orders(house, api, "2")
    tell(house)
    assert numbers(receiver) == ["1", "2"]
    house.later(MINUTE)
    tell(house)
    assert numbers(receiver) == ["1", "2", "1"]


def test_a_target_that_hangs_up_is_tried_once_and_not_for_every_event(
    house: House, api: Client, receiver: Receiver
) -> None:
    api.post("/webhooks", {"url": receiver.url, **SHARES})
    receiver.status = 0
    orders(house, api, *"12345")
    tell(house)
    assert len(receiver.got) == 1
    receiver.status = 200
    house.later(10 * SECOND)
    tell(house)
    assert sorted(numbers(receiver)) == ["1", "1", "2", "3", "4", "5"]
    assert api.get("/webhooks")[0]["waiting"] == 0


def test_a_target_that_says_it_is_gone_or_is_silent_for_days_is_switched_off_and_can_come_back(
    house: House, api: Client, receiver: Receiver
) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    receiver.status = 410
    orders(house, api, "1")
    tell(house)
    (one,) = api.get("/webhooks")
    assert (one["state"], "410" in one["reason"]) == ("failed", True)
    orders(house, api, "2")
    house.later(HOUR)
    tell(house)
    assert len(receiver.got) == 1
    receiver.status = 200
    back = api.call("PATCH", f"/webhooks/{made['id']}", json={"on": True})
    assert (back["state"], back["reason"], back["failing_since"]) == ("on", "", None)
    tell(house)
    assert sorted(numbers(receiver)) == ["1", "1", "2"]
    receiver.status = 500
    orders(house, api, "3")
    for _ in range(7):
        house.later(DAY)
        tell(house)
    assert api.get("/webhooks")[0]["state"] == "failed"


def test_events_are_told_once_more_from_a_place_on(house: House, api: Client, receiver: Receiver) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    orders(house, api, "1", "2", "3")
    tell(house)
    second = json.loads(receiver.got[1].body)["id"]
    api.post(f"/webhooks/{made['id']}/replay", {"first": second}, 200)
    house.later(SECOND)
    tell(house)
    assert numbers(receiver) == ["1", "2", "3", "2", "3"]


def test_a_new_secret_signs_beside_the_old_one_and_no_list_shows_either(
    house: House, api: Client, receiver: Receiver
) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    changed = api.call("PATCH", f"/webhooks/{made['id']}", json={"new_secret": True})
    assert changed["secret"] != made["secret"]
    orders(house, api, "1")
    tell(house)
    (message,) = receiver.got
    for secret in (made["secret"], changed["secret"]):
        assert _verified(secret, message.headers, message.body)
        assert secret not in json.dumps(api.get("/webhooks"))
        assert secret.removeprefix("whsec_") not in "".join(
            str(row) for row in house.rows("SELECT to_jsonb(t)::text FROM event_target t")
        )


def test_a_secret_is_not_among_what_is_remembered_for_a_repetition(house: House, api: Client) -> None:
    once = {"idempotency-key": "hook"}
    body = {"url": "https://shop.example/x", **SHARES}
    made = api.post("/webhooks", body, headers=once)
    assert api.post("/webhooks", body, headers=once) == made
    assert made["secret"] not in str(house.rows("SELECT answer::text FROM idempotency"))
    assert len(targets(house.bea.programme)) == 1


def test_a_removed_target_is_told_nothing_more(house: House, api: Client, receiver: Receiver) -> None:
    made = api.post("/webhooks", {"url": receiver.url, **SHARES})
    orders(house, api, "1")
    assert api.call("DELETE", f"/webhooks/{made['id']}", 204) is None
    tell(house)
    assert receiver.got == []
    assert api.call("DELETE", f"/webhooks/{made['id']}", 404)["code"] == "unknown_target"


def test_by_default_no_address_of_this_machine_is_called(house: House, api: Client) -> None:
    with Receiver() as beside:
        api.post("/webhooks", {"url": beside.url, **SHARES})
        orders(house, api, "1")
        tell(house)
        assert beside.got == []
        answers = house.rows("SELECT answer FROM event_delivery")
        assert "not on the public internet" in answers[0][0]


def test_the_doctor_says_where_events_are_not_taken(house: House, api: Client, receiver: Receiver) -> None:
    api.post("/webhooks", {"url": receiver.url, **SHARES})
    receiver.status = 500
    orders(house, api, "1")
    tell(house)
    house.later(2 * HOUR)
    assert any(one.code == "events_failing" for one in programme_remarks(house.bea.access, "Bea", house.now))
    receiver.status = 410
    tell(house)
    (remark,) = [one for one in programme_remarks(house.bea.access, "Bea", house.now) if one.code == "events_off"]
    assert "410" in remark.sentence
