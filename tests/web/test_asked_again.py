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
from tests.web.support.company import PEOPLE, Company, founded
from tests.web.support.device import Device
from tests.web.test_matrix import concrete, hat

__all__ = ["schema_template"]

WORDS = "words that somebody writes, reads or reports; no money moves and nobody may more than before"
OWN_BOOKS = "books of her own behind a passphrase: no money moves by them"
#: Forms that do not ask, by the names of their addresses.
UNASKED = {
    "home": "nothing is sent there",
    "safety": "nothing is changed there: each of its forms has an address of its own",
    "session_end": "it takes from whoever else is signed in, and must be quick",
    "passkey_name": "what a passkey is called",
    "mails": "what is mailed to her; what was promised is mailed in any case",
    "claims": "a person of the brand decides, after being asked",
    "object": "a person of the brand decides, after being asked",
    "brand_terms": "computes an example; publishing asks",
    "brand_start_say": "a step of setting up is done, or left for later",
    "brand_products_import": "what the shop sells, as the shop says it",
    "brand_products_pictures": "pictures are fetched again",
    "brand_several_links": "links of creators, which earn what terms say",
    "creator_links": "links of her own, which earn what terms say",
    "operator_inbox_retry": "messages are read again, with the same result whoever asks",
    **dict.fromkeys(("brand_creator_note", "brand_reports", "brand_write"), WORDS),
    **dict.fromkeys(("creator_exclusive_hang", "creator_exclusive_new", "creator_exclusive_post"), WORDS),
    **dict.fromkeys(("creator_fan", "creator_fans", "creator_goods", "creator_off_time", "creator_page"), WORDS),
    **dict.fromkeys(("creator_picture", "creator_thread"), WORDS),
    **dict.fromkeys(("fan_creators", "fan_exclusive_post", "fan_thanks", "fan_thread"), WORDS),
    **dict.fromkeys(("workbench_add", "workbench_check", "workbench_code", "workbench_entry"), OWN_BOOKS),
    **dict.fromkeys(("workbench_floor", "workbench_hours", "workbench_lock", "workbench_owed"), OWN_BOOKS),
    **dict.fromkeys(("workbench_passphrase", "workbench_post", "workbench_recover", "workbench_settings"), OWN_BOOKS),
    **dict.fromkeys(("workbench_limits", "workbench_start", "workbench_unlock"), OWN_BOOKS),
}


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


def send(device: Device, path: str, **values: str) -> int:
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values}).status


def unasked(company: Company, names: frozenset[str] = frozenset()) -> set[str]:
    """Forms (all, or of these) that go on, or refuse for another reason, half an hour after somebody came by a link."""
    people = {name: company.device(name) for name in PEOPLE}
    for device in people.values():
        device.get("/sign-out")
    company.house.later(31 * MINUTE)
    found = set()
    for route, one in ((route, one) for route, one in routes() if not names or one.name in names):
        operation, programme = one.callback.operation, company.slug if "<slug:programme>" in route else None
        who = next(name for name in PEOPLE if allowed(operation, [hat(company, name)], programme))
        if send(people[who], concrete(route, company)) not in {401, 405}:
            found.add(str(one.name))
    return found


def test_every_form_asks_again_or_has_a_reason_not_to(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unasked(company) == set(UNASKED)
    monkeypatch.setattr(fresh, "_is_fresh", lambda request: True)
    some = frozenset({"payee", "leave", "passkey_remove", "brand_payout_act", "brand_team", "fan_rewards"})
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
