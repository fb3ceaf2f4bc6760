"""A new brand, its owner's browser, and the form by which she connects a shop."""

import json
import re
from html import unescape

import httpx

from fanshare.core.instants import MINUTE, SECOND, format_rfc3339
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.programmes import checked, found
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.generic.verify import sign
from fanshare.store.access import Access
from tests.edge.running import KEYS
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.serving import Answer


def brand(company: Company, slug: str) -> Programme:
    """A new brand; its owner's address begins with its name."""
    house = company.house
    new = checked(f"{slug.title()} & Co", "EUR", "DE", "Europe/Berlin", slug=slug)
    tenant = found(house.conn, KEYS, new, house.now, "test", owner=f"{slug}@example.test")
    access = Access(house.conn, tenant.id, "test")
    publish_terms(access, {"commission": [{"id": "standard", "percent": "12"}]}, house.now - MINUTE)
    return open_programme(access, tenant.public_id, KEYS)


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def connect(device: Device, slug: str, **values: str) -> Answer:
    """Choose the system, then send the form with these fields."""
    path = f"/brand/{slug}/connections/new"
    form = send(device, path, kind=values["kind"])
    once = re.search(r'name="once" value="([0-9a-f]{20})"', form.text)
    assert once is not None, words(form)
    return send(device, path, **{"once": once[1], "what": "connect", **values})


def only(programme: Programme) -> Connection:
    (one,) = connections(programme)
    return one


def delivery(company: Company, shop: Connection, secret: bytes, number: str = "T1") -> httpx.Response:
    """A test order as the shop's software sends it, signed with some secret, over the real edge."""
    now = company.house.now
    lines = [{"id": "1", "net": "59.00"}]
    order = {
        "order_id": number,
        "status": "captured",
        "currency": "EUR",
        "ordered_at": format_rfc3339(now),
        "test": True,
    }
    body = json.dumps({**order, "lines": lines}).encode()
    headers = {"webhook-id": f"msg_{number}", "webhook-timestamp": str(now // SECOND)}
    headers["webhook-signature"] = sign(secret, f"msg_{number}", now // SECOND, body)
    return company.house.edge.client.post(f"/hooks/{shop.endpoint}", content=body, headers=headers)
