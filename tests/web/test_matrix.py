"""Everybody at every door: each route is in the matrix, opens to whom it says, and shows nobody else's things."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from fanshare.flows import posts
from fanshare.flows.authorisation import MATRIX, Hat, Post, Role, Seat, allowed, fits
from fanshare.store.queries import posts as post_rows
from fanshare.store.server import Server
from fanshare.web import frame
from tests.support.schema import schema_template
from tests.web.support.company import PEOPLE, Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_creator_page import photo

__all__ = ["schema_template"]

#: What everybody in the house is: role, and post where she works for a brand.
WHO: dict[str, tuple[Role, Post | None]] = {
    "cleo": (Role.CREATOR, None),
    "carla": (Role.CREATOR, None),
    "finn": (Role.FAN, None),
    "fay": (Role.FAN, None),
    "yara": (Role.YOUNG, None),
    "bea": (Role.BRAND, Post.OWNER),
    "mona": (Role.BRAND, Post.MANAGER),
    "fina": (Role.BRAND, Post.FINANCE),
    "rea": (Role.BRAND, Post.READER),
    "dora": (Role.BRAND, Post.OWNER),
    "otto": (Role.OPERATOR, None),
    "mia": (Role.BENCH, None),
}
#: Who may read the words that belong to somebody: herself, and those who look after her programme.
READERS = {
    "cleo": {"cleo", "bea", "mona", "fina", "rea", "otto"},
    "carla": {"carla", "bea", "mona", "fina", "rea", "otto"},
    "dora": {"dora", "otto"},
    "cleo's fans": {"cleo", "finn", "yara"},
}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("matrix")) as made:
        made.app()
        draft = posts.Draft("Greengage title", "Greengage words", "DE")
        post = posts.write(made.brand.programme, made.brand.cleo, draft, made.house.now, shown=True)
        assert post == 1, "the first of everything numbered is asked for"
        posts.add_picture(made.brand.programme, made.brand.cleo, 1, photo(), "Greengage in a jar", made.house.now)
        made.marks["cleo's fans"] = ("Greengage", *(one.name for one in post_rows.pictures(made.brand.access, [1])))
        yield made


def routes() -> Iterator[tuple[str, Any]]:
    """Every address of the site with its view."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, prefix + str(one.pattern))
            elif isinstance(one, URLPattern):
                yield prefix + str(one.pattern), one.callback

    yield from walk(get_resolver("fanshare.web.urls").url_patterns, "/")


def concrete(route: str, company: Company, programme: str = "") -> str:
    """An address of a route, of things that exist: Cleo's link, her page, the first of everything numbered."""
    path = route.replace("<slug:programme>", programme or company.slug)
    path = path.replace("<slug:creator>", "cleo").replace("<slug:code>", company.brand.code)
    path = re.sub(r"<row:[a-z_]+>", "1", path)
    path = re.sub(r"<uuid:[a-z_]+>", "3f0c1d1e-0000-4000-8000-000000000000", path)
    path = re.sub(r"\(\?P<[a-z_]+>.*?\)", "a" * 24, path)
    return re.sub(r"<[a-z_:]+>", "x", path).replace("^", "").replace("\\Z", "").replace("$", "")


def unguarded(found: list[tuple[str, Any]]) -> list[str]:
    """Routes whose view asks nobody."""
    return [path for path, view in found if getattr(view, "operation", None) not in MATRIX]


def test_every_route_is_in_the_matrix_and_every_operation_has_a_route(company: Company) -> None:
    found = list(routes())
    assert len(found) >= 15
    assert unguarded(found) == []
    assert unguarded([*found, ("/planted", lambda request: None)]) == ["/planted"]
    assert set(MATRIX) - {view.operation for _, view in found} <= NO_PAGE


#: Operations whose page need not be there.
NO_PAGE: set[str] = set()


def hat(company: Company, name: str) -> Hat:
    role, post = WHO[name]
    programme = company.other.tenant.slug if name == "dora" else company.slug
    return Hat(Seat(role, 1, 1), programme=programme, post=post)


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody was answered at a route of a programme, and what of it belongs to others."""

    name: str
    route: str
    operation: str
    programme: str | None
    status: int
    cache: str
    leaked: list[str]


@pytest.fixture(scope="module")
def walk(company: Company) -> list[Step]:
    """Everybody opens every route, of her programme and of the other one. It takes a while, so it is done once."""
    steps = []
    for name in PEOPLE:
        device = company.device(name)
        for route, view in routes():
            both = (company.slug, company.other.tenant.slug)
            for programme in both if "<slug:programme>" in route else (None,):
                got = device.get(concrete(route, company, programme or ""))
                seen = got.status, got.headers.get("cache-control", ""), leaks(company, name, got.text)
                steps.append(Step(name, route, view.operation, programme, *seen))
    return steps


def test_everybody_is_let_in_where_the_matrix_says_so_and_nowhere_else(company: Company, walk: list[Step]) -> None:
    closed = [one for one in walk if Role.ANYBODY not in MATRIX[one.operation]]
    assert {one.name for one in closed} == set(PEOPLE)
    for step in closed:
        may = allowed(step.operation, [hat(company, step.name)], step.programme)
        assert (step.status != 403) is may, step
        assert step.status < 500, step
        assert step.cache == "private, no-store", step


def test_nobody_reads_what_belongs_to_others(walk: list[Step]) -> None:
    # Public pages show her links to everybody.
    kept = [one for one in walk if Role.ANYBODY not in MATRIX[one.operation] or "creator" not in one.route]
    assert len(kept) > 9 / 10 * len(walk)
    assert [one for one in kept if one.leaked] == []


def leaks(company: Company, reader: str, text: str) -> list[str]:
    """Words in a text that belong to somebody whose things this reader must not see."""
    return [
        mark for owner, marks in company.marks.items() if reader not in READERS[owner] for mark in marks if mark in text
    ]


def test_a_leak_would_be_seen(company: Company) -> None:
    page = company.device("cleo").get(f"/creator/{company.slug}/earnings").text
    assert "C1001" in page
    assert leaks(company, "carla", page)
    assert leaks(company, "finn", page)
    assert leaks(company, "cleo", page) == []


def test_what_is_for_fans_alone_is_on_no_public_page_and_would_be_seen(company: Company) -> None:
    her, him, stray = company.device("cleo"), company.device("finn"), Device(company.app())
    for route, _ in routes():
        for query in ("", "?as=json"):
            assert leaks(company, "", stray.get(concrete(route, company) + query).text) == [], route
    for device, path in (
        (her, "creator/linen/exclusive/1"),
        (him, "fan/linen/exclusive/1"),
        (him, "fan/linen/exclusive"),
    ):
        assert leaks(company, "fay", device.get(f"/{path}").text), "the other test would have seen it"


def test_forms_are_closed_to_whom_the_page_is_closed(company: Company) -> None:
    for name in PEOPLE:
        device = company.device(name)
        device.get("/sign-out")
        form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"]}
        for route, view in routes():
            if Role.ANYBODY in MATRIX[view.operation]:
                continue
            programme = company.slug if "<slug:programme>" in route else None
            if not allowed(view.operation, [hat(company, name)], programme):
                assert device.post(concrete(route, company), form).status in {403, 405}, (route, name)
        assert device.post("/sign-out", form).status == 200, "the form itself was good to the end"


def test_stray_is_refused_at_every_route_that_is_not_public(company: Company) -> None:
    app = company.app()
    closed = [path for path, view in routes() if Role.ANYBODY not in MATRIX[view.operation]]
    assert "/home" in closed
    for path in (concrete(route, company) for route in closed):
        answer = Device(app).get(path)
        assert (answer.status, answer.headers.get("location")) == (302, "/sign-in"), path
        assert company.slug not in answer.text
        device = Device(app)
        device.get("/sign-out")
        form = {"csrfmiddlewaretoken": device.cookies.get("fanshare_form", "")}
        assert device.post(path, form).status in {403, 405}, path
        garbage = Device(app, cookies={"__Host-fanshare": "0" * 32})
        assert garbage.get(path).status == 302, path


def test_a_post_is_less_than_the_brand_and_nothing_of_another_brand() -> None:
    group = frozenset({Post.OWNER, Post.MANAGER})
    at = Seat(Role.BRAND, 1, 1)
    assert fits(Hat(at, post=Post.OWNER), group)
    assert not fits(Hat(at, post=Post.READER), group)
    assert fits(Hat(at, post=Post.READER), frozenset({Role.BRAND}))
    assert not fits(Hat(Seat(Role.FAN, 1, 1)), frozenset({Role.BRAND}))


def test_the_navigation_leads_only_where_its_reader_may_go_and_has_at_most_eight_entries(company: Company) -> None:
    assert all(len(places) <= 8 for places in frame._PLACES.values())
    assert all(place.group in {0, 1, 2} for place in frame.places())
    assert {place.operation for place in frame.places()} <= set(MATRIX)
    for name in PEOPLE:
        device = company.device(name)
        page = device.get("/home")
        for href in re.findall(r'class="link-card" href="([^"]+)"', page.text):
            found = reached(device, href)
            assert found.status == 200, href
            for inner in re.findall(r'class="(?:place|tab)" href="([^"]+)"', found.text):
                if inner != "/sign-out":
                    assert reached(device, inner).status == 200, (name, inner)


def reached(device: Device, href: str) -> Answer:
    """The page itself, or the one that comes before it: a workbench begins with making books."""
    answer = device.get(href)
    return device.get(answer.headers["location"]) if answer.status == 302 else answer
