"""``make scan``: Wapiti walks through the pages as everybody who signs in, and must find nothing.

Not part of ``make test``: a scan takes minutes, and Wapiti (GPL, a tool beside fanshare and never a part of it) has an
environment of its own. ``FANSHARE_WAPITI`` says where it is, ``FANSHARE_WAPITI_SECONDS`` makes its walks shorter.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import served

__all__ = ["schema_template"]

#: Whose pages, and where the walk begins: also where a short one might not come by itself.
WALKS = {
    "": ("/", "/terms/linen", "/sharing/linen"),
    "cleo": ("/creator/linen", "/creator/linen/codes", "/claims/linen"),
    "finn": ("/fan/linen", "/claims/linen", "/fan/linen/share"),
    "bea": (
        "/brand/linen",
        *(f"/brand/linen/{page}" for page in ("fans", "claims", "terms/words", "codes/joining", "credit/stock")),
    ),
    "otto": ("/operator",),
}
#: Without what would ask another host (ssrf, takeover) or guesses at files of other software.
ATTACKS = "xss,permanentxss,sql,timesql,file,exec,redirect,crlf,csrf,upload,methods,xxe"
#: For how long one walk looks for pages; each of the attacks gets a fifth of it.
SECONDS = int(os.environ.get("FANSHARE_WAPITI_SECONDS", "300"))


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("scan")) as made:
        yield made


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    with served(company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")) as address:
        yield address


def cookies(company: Company, base: str, who: str) -> str:
    """The cookies of somebody who has signed in, as a header.

    Whoever has not gets the one of the forms: else pages that Wapiti asks for at once set one each, their tokens fit
    none but the last of them, and it takes every refused form for a sign that tokens are not looked at.
    """
    with httpx.Client(base_url=base, headers={"origin": base}, follow_redirects=False) as client:
        if not who:
            client.get("/sign-in")
            return "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        page = client.get(f"/sign-in/confirm?t={company.token(who)}").text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert client.post("/sign-in/confirm", data=hidden).status_code == 302
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def scan(url: str, base: str, cookie: str, folder: Path, more: Iterable[str] = ()) -> dict[str, Any]:
    """Wapiti's report of a walk from ``url``, and from ``more``. It never signs anybody out and leaves no account."""
    report = folder / "report.json"
    command = [
        os.environ["FANSHARE_WAPITI"],
        "-u",
        url,
        "--scope",
        "domain",
        "-m",
        ATTACKS,
        "-f",
        "json",
        "-o",
        str(report),
    ]
    command += ["--store-session", str(folder), "--max-scan-time", str(SECONDS)]
    command += ["--max-attack-time", str(SECONDS // 5)]
    command += ["--no-bugreport", "-d", "4", "--max-links-per-page", "80"]
    for start in more:
        command += ["-s", start]
    for spared in ("/sign-out", "/account/*", "/sessions/*"):
        command += ["-x", base + spared]
    if cookie:
        command += ["-H", f"Cookie: {cookie}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return dict(json.loads(report.read_text("utf-8")))


@pytest.mark.parametrize("who", WALKS)
def test_wapiti_finds_nothing(company: Company, base: str, tmp_path: Path, who: str) -> None:
    cookie = cookies(company, base, who)
    first, *more = (base + page for page in WALKS[who])
    report = scan(first, base, cookie, tmp_path, more)
    assert report["infos"]["crawled_pages_nbr"] >= 10, "it walked"
    found = {
        name: places for kind in ("vulnerabilities", "anomalies") for name, places in report[kind].items() if places
    }
    assert not found, json.dumps(found, indent=1)[:5_000]


@pytest.mark.parametrize("path", ["/sign-in", "/language", "/join/wool"])
def test_a_token_of_another_cookie_opens_no_form(base: str, path: str) -> None:
    """What Wapiti asks about tokens, asked by hand: the right one goes through, another one is refused."""
    with httpx.Client(base_url=base, headers={"origin": base}, follow_redirects=False) as client:
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/sign-in").text)
        form = {"address": "a@example.test", "language": "de", "next": "/"}
        answers = [
            client.post(path, data={**form, "csrfmiddlewaretoken": token}).status_code
            for token in (tokens[0], tokens[0][::-1], "")
        ]
    assert answers[0] < 500
    assert answers[0] != 403
    assert answers[1:] == [403, 403]


def test_a_page_that_repeats_what_it_was_given_is_found(tmp_path: Path) -> None:
    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        asked = dict(httpx.QueryParams(environ["QUERY_STRING"]))
        return [f"<form><input name=q></form><p>{asked.get('q', '')}</p>".encode()]

    with served(echo) as address:
        report = scan(f"{address}/?q=1", address, "", tmp_path)
    assert report["vulnerabilities"]["Reflected Cross Site Scripting"]
