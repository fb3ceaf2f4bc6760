"""The kept Python client: made from the description as it is served, by nobody's hand, and it works."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fanshare_client import AuthenticatedClient
from fanshare_client.api.books import get_order, list_orders, report_an_order
from fanshare_client.api.links_and_codes import add_a_link
from fanshare_client.api.programme import get_programme
from fanshare_client.models import (
    LabelShape,
    LinkIn,
    LinkOut,
    OrderDetail,
    OrderIn,
    OrderReported,
    PageOrderOut,
    Problem,
    ProgrammeOut,
)

from scripts import client as making
from tests.api.support.desk import Client, Served
from tests.jobs.house import House


@pytest.fixture
def made(served: Served, api: Client) -> AuthenticatedClient:
    """The client with Bea's key, over the application."""
    transport = httpx.WSGITransport(app=served.wsgi)
    return AuthenticatedClient("http://share.example", token=api.key, httpx_args={"transport": transport})


def test_the_client_is_made_from_the_description_that_is_served(served: Served) -> None:
    served_now = served.http.get("/api/v1/openapi.json").json()
    kept = json.loads(making.DESCRIPTION.read_text("utf-8"))
    assert kept == served_now, "the API has changed: run `make client`"
    assert making.described() == making.DESCRIPTION.read_text("utf-8")


def test_nobody_has_edited_what_was_generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert making.digest() == making.DIGEST.read_text("utf-8"), "run `make client`"
    copy = tmp_path / "fanshare_client"
    copy.mkdir()
    (copy / "client.py").write_bytes((making.PACKAGE / "client.py").read_bytes() + b"\n")
    before = making.digest()
    monkeypatch.setattr(making, "HOME", tmp_path)
    monkeypatch.setattr(making, "PACKAGE", copy)
    assert making.digest() != before


def test_every_operation_has_a_module_of_its_own(served: Served) -> None:
    paths = json.loads(making.DESCRIPTION.read_text("utf-8"))["paths"]
    wanted = sorted(operation["operationId"] for methods in paths.values() for operation in methods.values())
    found = sorted(path.stem for path in (making.PACKAGE / "api").glob("*/*.py") if path.stem != "__init__")
    assert found == wanted


def test_it_reports_reads_and_goes_on_behind_a_cursor(house: House, made: AuthenticatedClient) -> None:
    programme = get_programme.sync(client=made)
    assert isinstance(programme, ProgrammeOut)
    assert programme.slug == "bea"
    numbers = []
    for number in ("1001", "1002", "1003"):
        body: Any = OrderIn.from_dict(house.bea.order(number))
        reported = report_an_order.sync(client=made, body=body, idempotency_key=f"first state of {number}")
        assert isinstance(reported, OrderReported)
        numbers.append(reported.order.id)
    house.work()
    seen, cursor = [], ""
    while True:
        page = list_orders.sync(client=made, limit=2, cursor=cursor)
        assert isinstance(page, PageOrderOut)
        seen += [one.id for one in page.data]
        if not isinstance(page.next_cursor, str):
            break
        cursor = page.next_cursor
    assert seen == numbers
    order = get_order.sync(numbers[0], client=made)
    assert isinstance(order, OrderDetail)
    assert (order.goods.micros, order.goods.currency) == ("59000000", "EUR")


def test_what_is_refused_is_a_problem_with_its_code(made: AuthenticatedClient) -> None:
    missing = get_order.sync("999", client=made)
    assert isinstance(missing, Problem)
    assert (missing.status, missing.code) == (404, "unknown_order")
    link = LinkIn(creator="cleo", destination="https://shop.example/linen", label=LabelShape("DE", "instagram", "Ad"))
    twice = [add_a_link.sync(client=made, body=link, idempotency_key="one link") for _ in range(2)]
    assert isinstance(twice[0], LinkOut)
    assert twice[0] == twice[1]
