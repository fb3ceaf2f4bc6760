"""The page for developers: every operation is on it, and its examples are requests that the API understands."""

import json
import shlex
from typing import Any
from urllib.parse import urlsplit

import fanshare_client
import httpx
import jsonschema
import pytest
from markupsafe import Markup

from fanshare.api.problems import TITLES
from fanshare.config.django import configure
from fanshare.web import language
from fanshare.web.described import examples, reading
from fanshare.web.described.reading import Described, Operation
from tests.support.tree import PACKAGE
from tests.web.support.serving import app, ask
from tests.web.support.weighing import asset, too_heavy
from tests.web.test_german import WISH, english

configure()

from fanshare.config.urls import described as served  # noqa: E402 - Django has to be set up
from fanshare.web.public import developers  # noqa: E402 - as above

BASE = "https://share.example.org"
DESCRIBED: Described = reading.read(*served())
OPERATIONS = [one for group in DESCRIBED.groups.values() for one in group]
NAMES = [one.id for one in OPERATIONS]


def refused(body: Any, operation: Operation) -> list[str]:
    """What the description has against a body."""
    schema = {**(operation.body or {}), "components": served()[0]["components"]}
    return [str(one.message) for one in jsonschema.Draft202012Validator(schema).iter_errors(body)]


def by_curl(command: str) -> tuple[str, str, Any]:
    """Method, address and body of a command for curl."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["curl", "-X"]
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    return words[2], words[3], body


def by_client(code: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, Any]:
    """Method, address and body of what the Python client sends when this code is run."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        told = {"type": "about:blank", "title": "Not found", "status": 404, "code": "unknown", "detail": "No."}
        return httpx.Response(404, json=told)

    class Caught(fanshare_client.AuthenticatedClient):
        def __init__(self, base: str, token: str) -> None:
            super().__init__(base, token=token, httpx_args={"transport": httpx.MockTransport(answer)})

    monkeypatch.setattr(fanshare_client, "AuthenticatedClient", Caught)
    exec(compile(code, "example", "exec"), {})
    [request] = sent
    assert request.headers["authorization"] == "Bearer fsk_..."
    return request.method, str(request.url), json.loads(request.content) if request.content else None


def asked(address: str) -> tuple[str, dict[str, str]]:
    """Path and parameters of an address, without those that the client fills in by itself."""
    parts = urlsplit(address)
    given = httpx.QueryParams(parts.query).items()
    return parts.path, {name: value for name, value in given if value and name not in {"limit", "cursor"}}


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_every_example_is_what_the_api_takes_and_the_client_sends_the_same(
    operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, address, body = by_curl(examples.curl(operation, DESCRIBED.components, BASE))
    assert method == operation.method
    if operation.body is not None:
        assert refused(body, operation) == []
    for one in operation.parameters:
        for place in ("path", "query"):
            given = examples.arguments_of(operation, DESCRIBED.components, place)
            if one["name"] in given and one["in"] == place:
                jsonschema.validate(given[one["name"]], one["schema"])
    again = by_client(examples.python(operation, DESCRIBED.components, BASE), monkeypatch)
    assert (again[0], asked(again[1])) == (method, asked(address))
    assert (again[2] or {}).items() >= (body or {}).items()


def test_a_body_that_the_api_would_refuse_is_found() -> None:
    link = next(one for one in OPERATIONS if one.id == "add_a_link")
    assert refused({"creator": "cleo"}, link)
    assert refused({"order_id": "1"}, next(one for one in OPERATIONS if one.id == "report_an_order")) == []


def test_the_page_holds_every_operation_shape_and_status_and_is_light() -> None:
    page = ask(app(), "/developers")
    assert page.status == 200
    assert len(OPERATIONS) > 40
    ids = [*NAMES, *(one.name for one in DESCRIBED.shapes)]
    assert [one for one in ids if page.text.count(f'id="{one}"') != 1] == []
    assert {href for href in page.text.split('href="#')[1:] if href.split('"')[0] not in {*ids, "main"}} == set()
    assert all(f"<dt>{status}</dt>" in page.text for status in TITLES)
    assert all(one.scope for one in OPERATIONS)
    assert "<script" not in page.text
    assert too_heavy(page, asset) == []
    assert "http://127.0.0.1/api/v1/orders" in page.text, "examples call the address under which it is read"


def test_the_frame_is_german_and_what_the_api_says_of_itself_says_that_it_is_english() -> None:
    page = ask(app(), "/developers", HTTP_ACCEPT_LANGUAGE=WISH)
    assert english(page.text) == []
    assert "Was überall gilt" in page.text
    with language.speaking("de"):
        assert reading.kind({"type": "integer", "minimum": 1, "maximum": 9}, {}) == "ganze Zahl, 1 bis 9"


def test_codes_that_the_page_explains_are_codes_that_the_api_answers_with() -> None:
    source = "".join(path.read_text("utf-8") for path in [*(PACKAGE / "api").glob("*.py"), *PACKAGE.glob("flows/*.py")])
    source += (PACKAGE / "store" / "idempotency.py").read_text("utf-8")
    assert [code for code, _words in developers._codes() if f'"{code}"' not in source] == []


def test_a_description_is_words_and_never_markup() -> None:
    assert reading.coded("a ``<b>`` & `c`") == Markup("a <code>&lt;b&gt;</code> &amp; <code>c</code>")
    assert reading.kind({"enum": ["<i>"]}, {}) == Markup("<code>&lt;i&gt;</code>")
