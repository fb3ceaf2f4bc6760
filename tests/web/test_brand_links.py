"""Links for several creators at once: looked at first, refused by line and reason, made once."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE
from fanshare.flows import bulk_links, joining
from fanshare.flows.bulk_links import MOST_LINES, Line, Wanted, read_lines
from fanshare.flows.context import open_programme
from fanshare.flows.links import NewCode, NewLink, add_code, add_link
from fanshare.store.access import Access, connect
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.pg_books import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
SEVERAL = "/brand/linen/links/several"
LINES = """creator,address,name
cleo,https://shop.example/shirt,Shirt
Carla Quince,https://shop.example/sock
stray,https://shop.example/sock
cleo,https://elsewhere.example/sock
cleo,https://shop.example/shirt,Shirt
cleo,nonsense
"""


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("links")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, lines: str, **more: str) -> Answer:
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "lines": lines}
    return device.post(SEVERAL, {**form, "country": "DE", "platform": "blog", **more})


def count(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM link WHERE programme_id = %s", company.brand.tenant.id)
    return found


def test_lines_are_looked_at_before_anything_is_made(company: Company) -> None:
    before, mona = count(company), company.device("mona")
    seen = words(send(mona, LINES))
    assert "links to make 2 lines refused 4" in seen
    assert "1 × No creator here has this page or name." in seen
    assert "1 × She has a link like this already." in seen
    assert "elsewhere.example is not one of this shop's addresses" in seen
    assert "4 stray https://shop.example/sock No creator here" in seen
    assert "Make 2 links" in seen
    assert count(company) == before


def test_what_can_be_is_made_once_labelled_and_audited(company: Company) -> None:
    before, mona = count(company), company.device("mona")
    assert send(mona, LINES, what="make").status == 302
    assert count(company) == before + 2
    assert send(mona, LINES, what="make").status == 302
    assert count(company) == before + 2, "sent again"
    listed = words(mona.get("/brand/linen/links?q=shirt"))
    assert "Cleo Shirt live 0" in listed
    assert "Quince" not in listed
    assert "Werbung" in mona.get("/brand/linen/links?as=csv").text
    assert company.house.rows("SELECT about FROM audit WHERE what = 'links.make'") == [("2 links",)]


def test_the_same_lines_sent_at_the_same_moment_make_each_link_once(company: Company) -> None:
    lines = read_lines("\n".join(f"cleo,https://shop.example/at-once/{n}" for n in range(20)))
    brand, before = company.brand, count(company)
    made: list[tuple[int, int]] = []

    def send_them() -> None:
        with connect(company.house.database.dsn()) as conn:
            programme = open_programme(Access(conn, brand.tenant.id, "test"), brand.tenant.public_id, KEYS)
            wanted, now = Wanted("DE", "blog"), company.house.now
            made.append(bulk_links.make(programme, lines, wanted, lambda *_: None, now))

    threads = [threading.Thread(target=send_them) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(made) == [(0, 20), (0, 20), (0, 20), (20, 0)]
    assert count(company) == before + 20


def test_only_owners_and_managers_make_links_and_only_in_their_programme(company: Company) -> None:
    for name in ("fina", "rea", "cleo", "dora"):
        assert send(company.device(name), LINES, what="make").status == 403, name
    assert company.device("rea").get("/brand/linen/links").status == 200
    assert "several" not in company.device("rea").get("/brand/linen/links").text
    dora = company.device("dora")
    dora.get("/sign-out")
    form = {"csrfmiddlewaretoken": dora.cookies["fanshare_form"], "country": "DE", "platform": "blog"}
    answer = dora.post("/brand/wool/links/several", {**form, "lines": "Carla Quince,https://shop.example/x"})
    assert "links to make 0 lines refused 1" in words(answer)


@pytest.mark.parametrize(
    ("lines", "more", "said"),
    [
        ("", {}, "Paste at least one line"),
        ("creator,address", {}, "Paste at least one line"),
        ("cleo,https://shop.example/a", {"country": "XX"}, "no advertising label"),
        ("cleo,https://shop.example/a", {"platform": "moon"}, "where the links will be shared"),
        ("cleo,https://shop.example/a\n" * (MOST_LINES + 1), {}, "at most 500 go at once"),
    ],
)
def test_what_cannot_be_read_says_why_and_stays_in_the_form(
    company: Company, lines: str, more: dict[str, str], said: str
) -> None:
    answer = send(company.device("bea"), lines, **more)
    assert (answer.status, said in words(answer)) == (422, True)
    assert lines.strip()[:60] in unescape(answer.text)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = read_lines(text)
    except BadInputError as refused:
        assert refused.code in {"no_lines", "too_many_lines", "bad_lines"}  # noqa: PT017 - either outcome is right
        return
    assert 1 <= len(found) <= MOST_LINES
    assert [line.number for line in found] == sorted({line.number for line in found})


def test_lines_of_a_spreadsheet_are_read_whatever_stands_between_their_parts() -> None:
    for separator in ",;\t":
        text = separator.join(("cleo", "https://shop.example/a?b=1", "A")) + "\n\n" + separator.join(("carla", "x"))
        assert read_lines(text) == [Line(1, "cleo", "https://shop.example/a?b=1", "A"), Line(3, "carla", "x", "")]


def act(device: Device, path: str, **form: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **form})


def test_a_brand_pauses_a_link_and_both_read_who_since_when_and_why(company: Company) -> None:
    mona, cleo, code = company.device("mona"), company.device("cleo"), company.brand.code
    page, hers = f"/brand/linen/links/one/{code}", f"/creator/linen/links/{code}"
    assert "Pause or end this link" in words(mona.get(page))
    assert act(mona, f"{page}/do", what="pause").status == 422
    assert act(mona, f"{page}/do", what="pause", reason="x" * 501).status == 422
    assert act(mona, f"{page}/do", what="pause", reason="Sold <b>out</b>").status == 302
    assert "Your brand has paused this since" in words(mona.get(page))
    assert "Sold <b>out</b>" in words(mona.get(page))
    assert "This is paused already." in words(act(mona, f"{page}/do", what="pause", reason="Again"))
    assert "paused by us" in words(mona.get("/brand/linen/links?state=paused"))
    seen = cleo.get(hers)
    assert "The brand has paused this since" in words(seen)
    assert "<b>out" not in seen.text
    assert "Let it count again" not in words(seen)
    refused = act(cleo, hers, state="active")
    assert (refused.status, "only the brand can let it count again" in words(refused)) == (422, True)
    assert "paused by the brand" in words(cleo.get("/creator/linen/links"))
    company.house.later(MINUTE)
    assert act(cleo, hers, state="paused").status == 302
    assert "paused by both" in words(cleo.get("/creator/linen/links"))
    company.house.later(MINUTE)
    assert act(mona, f"{page}/do", what="resume").status == 302
    assert "only she lets it count again" in words(mona.get(page))
    refused = act(mona, f"{page}/do", what="resume")
    assert (refused.status, "only she can let it count again" in words(refused)) == (422, True)
    company.house.later(MINUTE)
    assert act(cleo, hers, state="active").status == 302
    assert "live: clicks count" in words(cleo.get(hers))
    assert mona.get("/brand/linen/links/one/nothere").status == 404
    assert act(mona, f"{page}/do", what="burn").status == 422
    said = [row[0] for row in company.house.rows("SELECT what FROM audit WHERE starts_with(what, 'link.') ORDER BY id")]
    assert said == ["link.pause", "link.resume"]


def test_ending_asks_again_and_readers_and_others_change_nothing(company: Company) -> None:
    company.house.later(31 * MINUTE)
    new = NewLink(company.brand.cleo, company.brand.cleo, "https://shop.example/end", LABEL)
    _, code = add_link(company.brand.programme, new, company.house.now)
    page = f"/brand/linen/links/one/{code}"
    for name in ("fina", "rea", "cleo", "dora"):
        assert act(company.device(name), f"{page}/do", what="pause", reason="No").status == 403, name
    assert "Pause or end" not in words(company.device("rea").get(page))
    mona = company.device("mona")
    company.house.later(31 * MINUTE)
    assert act(mona, f"{page}/do", what="end", reason="Done").status == 401
    assert mona.sign_in(company.token("mona")).status == 302
    assert act(mona, f"{page}/do", what="end", reason="Done").status == 302
    assert "Your brand has ended this" in words(mona.get(page))
    assert act(mona, f"{page}/do", what="pause", reason="No").status == 422


def test_a_code_is_paused_by_the_brand_and_its_owner_reads_it(company: Company) -> None:
    brand, mona = company.brand, company.device("mona")
    number = add_code(brand.programme, NewCode(brand.cleo, brand.cleo, "CLEOSUN", LABEL), company.house.now)
    company.house.later(MINUTE)
    page = f"/brand/linen/codes/counting/{number}"
    assert "CLEOSUN Cleo" in words(mona.get("/brand/linen/codes/counting"))
    assert act(mona, f"{page}/do", what="pause", reason="It leaked").status == 302
    assert "It leaked" in words(mona.get(page))
    assert "paused by the brand" in words(company.device("cleo").get("/creator/linen/links"))
    assert mona.get("/brand/linen/codes/counting/999999").status == 404
    assert act(mona, "/brand/linen/codes/counting/999999/do", what="resume").status == 404


def test_all_that_a_creator_does_is_paused_and_given_notice_and_she_reads_it(company: Company) -> None:
    bea, cleo, page = company.device("bea"), company.device("cleo"), f"/brand/linen/people/{company.brand.cleo}"
    company.house.later(MINUTE)
    assert act(bea, f"{page}/work", what="pause", reason="We look at it together").status == 302
    for hers in ("/creator/linen", "/creator/linen/links"):
        seen = words(cleo.get(hers))
        assert "The brand pauses all your links and codes since" in seen
        assert "We look at it together" in seen
    assert "Nothing of hers is paused" not in words(bea.get(page))
    company.house.later(MINUTE)
    assert act(bea, f"{page}/work", what="resume").status == 302
    assert "your terms promise 30 days of notice" in words(bea.get(page))
    assert act(bea, f"{page}/work", what="end", reason="").status == 422
    assert act(bea, f"{page}/work", what="end", reason="The season is over").status == 302
    assert "The brand ends your work here: on" in words(cleo.get("/creator/linen"))
    assert "told already" in words(act(bea, f"{page}/work", what="end", reason="Again"))
    assert act(bea, f"{page}/work", what="keep").status == 302
    assert "ends your work" not in words(cleo.get("/creator/linen"))
    assert act(bea, f"{page}/work", what="burn").status == 422
    assert act(company.device("rea"), f"{page}/work", what="pause", reason="No").status == 403
    company.house.later(31 * MINUTE)
    assert act(bea, f"{page}/work", what="pause", reason="No").status == 401


def test_a_fan_reads_why_hers_is_paused_and_gets_no_other_one_that_counts(company: Company) -> None:
    brand, mona, finn = company.brand, company.device("mona"), company.device("finn")
    slug = company.house.value("SELECT slug FROM party WHERE id = %s", brand.cleo)
    first = company.house.value("SELECT code FROM link WHERE id = %s", brand.fan_link)
    new = NewLink(brand.cleo, brand.cleo, "https://shop.example/for-fans", LABEL)
    company.house.later(31 * MINUTE)
    _, of = add_link(brand.programme, new, company.house.now)
    assert "Paused by the brand" not in words(finn.get("/fan/linen/share"))
    company.house.later(MINUTE)
    other = joining.share_link(brand.programme, brand.finn, brand.cleo, "DE", company.house.now)
    assert other == first, "she has one"
    page = f"/brand/linen/links/one/{first}"
    _, kept = add_link(brand.programme, replace(new, owner=brand.finn), company.house.now)
    company.house.later(MINUTE)
    assert act(mona, f"{page}/do", what="pause", reason="You <b>spam</b>").status == 302
    company.house.later(MINUTE)
    assert act(finn, "/fan/linen/share", creator=slug, of=of, country="DE").status == 302
    made = company.house.value("SELECT code FROM link ORDER BY id DESC LIMIT 1")
    assert made not in (of, kept)
    seen = finn.get("/fan/linen/share")
    assert "Paused by the brand" in words(seen)
    assert words(seen).count("The brand has paused this since") == 2
    assert words(seen).count("You <b>spam</b>") == 2
    assert "<b>spam" not in seen.text
    assert f"/r/{made}" not in seen.text, "nothing to send of it"
    assert f"/r/{kept}" in seen.text, "what she had beside it is not meant"
    assert f'value="{of}"' not in seen.text, "it is no other one"
    assert "Your brand has paused this since" in words(mona.get(f"/brand/linen/links/one/{made}"))
    company.house.later(MINUTE)
    assert act(mona, f"{page}/do", what="resume").status == 302
    seen = finn.get("/fan/linen/share")
    assert "Paused by the brand" not in words(seen)
    assert f"/r/{made}" in seen.text
