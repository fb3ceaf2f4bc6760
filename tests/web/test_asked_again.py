"""Every form of whoever is signed in: it asks again who she is, or it is named here with the reason why it need not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from fanshare.core.instants import MINUTE
from fanshare.flows.authorisation import MATRIX, Role, allowed
from fanshare.store.server import Server
from fanshare.web import fresh
from tests.support.schema import schema_template
from tests.support.unasked import UNASKED
from tests.web.support.company import PEOPLE, Company, founded
from tests.web.support.device import Device
from tests.web.test_matrix import concrete, hat

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("asked")) as made:
        made.app()
        yield made


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every address of whoever is signed in."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, prefix + str(one.pattern))
            elif Role.ANYBODY not in MATRIX[one.callback.operation]:
                yield prefix + str(one.pattern), one

    yield from walk(get_resolver("fanshare.web.urls").url_patterns, "/")


def called(view: Any) -> str:
    """A view by its module and name, as ``UNASKED`` has it."""
    return f"{view.__module__.removeprefix('fanshare.web.')}.{view.__name__}"


def send(device: Device, path: str, **values: str) -> int:
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values}).status


def unasked(company: Company, names: frozenset[str] = frozenset()) -> set[str]:
    """Forms (all, or of these) that go on, or refuse for another reason, half an hour after somebody came by a link."""
    people = {name: company.device(name) for name in PEOPLE}
    for device in people.values():
        device.get("/sign-out")
    company.house.later(31 * MINUTE)
    found = set()
    for route, one in ((route, one) for route, one in routes() if not names or called(one.callback) in names):
        operation, programme = one.callback.operation, company.slug if "<slug:programme>" in route else None
        who = next(name for name in PEOPLE if allowed(operation, [hat(company, name)], programme))
        if send(people[who], concrete(route, company)) not in {401, 405}:
            found.add(called(one.callback))
    return found


def test_every_form_asks_again_or_has_a_reason_not_to(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unasked(company) == set(UNASKED)
    monkeypatch.setattr(fresh, "_is_fresh", lambda request: True)
    some = frozenset(
        {
            "payee.naming.where",
            "account.leaving.leave",
            "account.passkeys.remove",
            "brand.payouts.act",
            "brand.team.team",
            "fan.rewards.rewards",
        }
    )
    assert unasked(company, some) == some, "the control: they would be seen"


def test_what_fans_get_of_a_link_asks_and_pausing_it_does_not(company: Company) -> None:
    cleo = company.device("cleo")
    path = f"/creator/{company.slug}/links/{company.brand.code}"
    cleo.get(path)
    company.house.later(31 * MINUTE)
    assert send(cleo, path, percent="30") == 401
    assert send(cleo, path, state="paused") == 302
    assert cleo.sign_in(company.token("cleo")).status == 302
    assert send(cleo, path, percent="30") == 302
