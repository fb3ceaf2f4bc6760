"""Addresses that are found by their segments are the addresses that were written down."""

from typing import Any

import pytest
from django.http import Http404
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RegexPattern

from fanshare.config.django import configure
from fanshare.web.branching import branched

configure()

from fanshare.web import urls  # noqa: E402  # needs the settings

SAMPLES = {
    "slug:": ("a", "new", "x-1"),
    "row:": ("7",),
    "uuid:": ("0195c0de-0000-7000-8000-00000000cafe",),
    "": ("a", "Zz_-9"),
    "int:": ("3",),
    "str:": ("b",),
}


def walk(patterns: list[Any], prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for one in patterns:
        whole = prefix + str(one.pattern)
        found += walk(one.url_patterns, whole) if isinstance(one, URLResolver) else [(whole, one)]
    return found


def addresses(route: str) -> list[str]:
    """Some addresses that a route stands for."""
    made = [""]
    for n, part in enumerate(route.replace(">", "<").split("<")):
        kind = part[: part.find(":") + 1]
        made = [one + value for one in made for value in ((part,) if n % 2 == 0 else SAMPLES[kind])]
    return made


def resolver(patterns: list[Any]) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), patterns)


def found(where: URLResolver, address: str) -> tuple[Any, ...]:
    try:
        match = where.resolve(f"/{address}")
    except Http404:
        return ()
    return match.url_name, match.func, match.args, match.kwargs


def test_every_address_leads_where_it_led_one_after_the_other() -> None:
    flat, tree = resolver(urls.WRITTEN_DOWN), resolver(urls.urlpatterns)
    asked = [one for route, leaf in walk(urls.WRITTEN_DOWN) if not route.startswith("^") for one in addresses(route)]
    assert len(asked) > 300
    for address in asked:
        assert found(flat, address), address
        assert found(tree, address) == found(flat, address), address
    for nowhere in ("creator", "creator/", "creator//x", "nobody/at/home", "creator/a/earnings/", "brand/a/"):
        assert found(tree, nowhere) == found(flat, nowhere), nowhere


def test_every_name_has_the_same_address() -> None:
    flat, tree = dict(walk(urls.WRITTEN_DOWN)), dict(walk(urls.urlpatterns))
    assert flat.keys() == tree.keys()
    assert {route: one.name for route, one in flat.items()} == {route: one.name for route, one in tree.items()}
    assert len(urls.urlpatterns) < len(flat) / 3


def test_the_first_of_two_that_fit_stays_the_first() -> None:
    def one(_request: Any) -> None: ...
    def two(_request: Any, **_all: str) -> None: ...

    patterns = [path("a/new", one, name="new"), path("a/<slug:x>", two, name="x"), path("b", one, name="b")]
    tree = resolver(branched(patterns))
    assert found(tree, "a/new")[0] == "new"
    assert found(tree, "a/old")[0] == "x"
    turned = resolver(branched([patterns[1], patterns[0], patterns[2]]))
    assert found(turned, "a/new")[0] == "x", "the control"


def test_a_module_under_a_prefix_is_refused() -> None:
    with pytest.raises(ValueError, match="is a prefix"):
        branched([path("more/", include([path("a", lambda _request: None)]))])
