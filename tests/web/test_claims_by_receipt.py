"""Claims by a receipt alone: made anew, sealed, shown to few, named by a person, gone after the answer."""

import io
import json
import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from html import unescape

import pytest
from PIL import Image
from pypdf import PdfReader

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.flows import claim_numbers, claim_papers, claims, own_data, people
from fanshare.flows.claims import Said
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_fan
from fanshare.flows.rulings import find_order
from fanshare.jobs.claims import look_for_orders
from fanshare.jobs.retention import forget_old
from fanshare.store.queries import claim_fetches
from fanshare.store.queries import claims as queries
from fanshare.store.server import Server
from fanshare.web.uploads import MOST_TRIES
from tests.flows.test_papers import pdf
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_creator_page import photo

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("claims-by-receipt")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no tesseract is installed."""
    monkeypatch.setattr(shutil, "which", lambda name: None)


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def fan(company: Company, name: str) -> tuple[int, Device]:
    """A fan of Cleo's with a link, and a browser of hers."""
    made = add_fan(company.brand.programme, Joiner("", f"{name}@example.test"), company.house.now - 9 * DAY)
    where = NewLink(company.brand.cleo, made, "https://shop.example/", LABEL)
    add_link(company.brand.programme, where, company.house.now - 9 * DAY)
    people.know_identity(company.brand.programme, made, "email", f"{name}@example.test", company.house.now)
    return made, company.device(name)


def send(device: Device, content: bytes, **values: str) -> Answer:
    return device.upload("/claims/linen", content, called="paper", **values)


def post(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def newest(company: Company) -> int:
    return queries.listed(company.brand.access, limit=1)[0].id


def items(company: Company, claim: int) -> int:
    return int(company.house.value("SELECT count(*) FROM vault_item WHERE kind = %s", f"claim paper {claim}"))


def asked(company: Company) -> dict[str, int]:
    """The worker's turn, in which no shop can be asked."""
    company.house.later(1)
    return look_for_orders(company.brand.programme, lambda *_: None, company.house.now).by_state


def test_a_photo_is_made_anew_sealed_and_answered_as_any_claim(company: Company) -> None:
    ada, device = fan(company, "ada")
    sent = send(device, photo())
    assert (sent.status, sent.headers["location"]) == (302, "/claims/linen")
    page = words(device.get("/claims/linen"))
    assert page.count("Received; answer by Sun 6 Dec") == 1
    assert "No number could be read from your receipt." in page
    claim = newest(company)
    kept = device.get(f"/claims/linen/{claim}/receipt")
    assert kept.headers["content-type"] == "image/webp"
    assert kept.headers["content-security-policy"].startswith("default-src 'none'")
    assert Image.open(io.BytesIO(kept.content)).getexif() == {}
    assert b"SecretCamera" in photo(), "what has to go was there"
    assert b"SecretCamera" not in kept.content
    sealed = company.house.rows("SELECT sealed FROM vault_item WHERE kind = %s", f"claim paper {claim}")
    assert len(sealed) == 1
    assert b"WEBP" not in bytes(sealed[0][0]), "it lies sealed"
    assert send(device, photo()).status == 302
    assert len(queries.listed(company.brand.access, party=ada)) == 1, "the same file again is there already"
    assert asked(company) == {"unasked": 1}
    assert claim_fetches.of(company.brand.access, claim).reason == "no_number"  # type: ignore[union-attr]


def test_the_answer_at_once_is_the_same_whatever_the_receipt_says(company: Company) -> None:
    told = set()
    for name, content in (
        ("known", pdf("Order #C1001", "Total 59.00")),
        ("unknown", pdf("Order #NOWHERE-9")),
        ("wordless", photo()),
    ):
        _, device = fan(company, name)
        answer = send(device, content)
        page = words(device.get("/claims/linen"))
        told.add((answer.status, answer.headers["location"], page.count("Received; answer by"), "C1001 Rec" in page))
    assert told == {(302, "/claims/linen", 1, False)}
    statements: list[str] = []
    watched = company.device("known", company.app(lambda conn: Watching(conn, statements)))
    statements.clear()
    send(watched, pdf("Order #F1002"))
    assert not any("shop_order" in one for one in statements), "nothing is looked up while she waits"


def test_what_is_no_receipt_is_refused_and_leaves_nothing(company: Company) -> None:
    party, device = fan(company, "odd")
    spoiled = (b"<svg onload=planted(1)>", b"GIF89a", b"%PDF-1.4 nothing", b"ftypheic" * 9, b"x" * 6_000_001)
    for content in spoiled:
        assert send(device, content).status == 422, content[:20]
    assert send(device, pdf("Order #1", password="x")).status == 422
    assert send(device, b"").status == 422, "neither a number nor a receipt"
    assert "Say the order's number, or send the shop's receipt." in words(send(device, b""))
    assert queries.listed(company.brand.access, party=party) == []


def test_a_pdf_proposes_its_number_which_she_confirms_once(company: Company) -> None:
    party, device = fan(company, "pia")
    assert send(device, pdf("Thank you", "Order no. Q1004")).status == 302
    claim, path = newest(company), "/claims/linen"
    shown = device.get(path)
    assert "This number was read from your receipt." in words(shown)
    assert 'value="Q1004"' in shown.text
    assert claims.look(company.brand.programme, claim, company.house.now).order is None, "a proposal is no word of hers"
    kept = device.get(f"{path}/{claim}/receipt")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert len(PdfReader(io.BytesIO(kept.content)).pages) == 2
    assert post(device, f"{path}/{claim}/number", number=" # ").status == 422
    assert post(device, f"{path}/{claim}/number", number="Q1004").status == 302
    assert "#Q1004 Received; answer by" in words(device.get(path))
    assert "Q1004" in device.get(f"{path}?q=q1004").text, "it is found by the number"
    asked(company)
    assert claim_fetches.of(company.brand.access, claim).state == "known"  # type: ignore[union-attr]
    assert claims.look(company.brand.programme, claim, company.house.now).order == find_order(
        company.brand.access, "Q1004"
    )
    again = post(device, f"{path}/{claim}/number", number="C1001")
    assert again.status == 422, "five numbers a week are no more by one receipt"
    _, other = fan(company, "pat")
    assert post(other, f"{path}/{claim}/number", number="C1001").status == 404
    assert other.get(f"{path}/{claim}/receipt").status == 404
    assert queries.listed(company.brand.access, party=party)[0].accepted is None


def test_the_brand_sees_the_receipt_names_the_order_and_credits_it(company: Company) -> None:
    brand = company.brand
    tell(brand, order(brand, "N7007", 10**9, ago=2 * DAY))
    party, device = fan(company, "nina")
    assert send(device, photo("PNG")).status == 302
    claim = newest(company)
    path, mona = f"/brand/linen/claims/{claim}", company.device("mona")
    page = words(mona.get(path))
    assert "She sent a receipt and no number: look at it, and say which order it is." in page
    assert "Credit it to her" not in page
    looked = post(mona, f"{path}/receipt")
    assert (looked.status, looked.headers["content-type"]) == (200, "image/webp")
    audit = "SELECT about FROM audit WHERE what = 'claim.paper' ORDER BY id DESC LIMIT 1"
    assert company.house.value(audit) == f"claim {claim}"
    assert post(mona, f"{path}/answer", answer="yes", basis="receipt", note="Seen").status == 422
    assert post(mona, f"{path}/order", number="").status == 422
    assert post(mona, f"{path}/order", number="#N7007").status == 302
    assert "#N7007" in mona.get(path).text
    assert "N7007" not in device.get("/claims/linen").text.upper(), "which order it is the fan is not told"
    before = company.house.value("SELECT count(*) FROM position WHERE party_id = %s", party)
    assert before == 0, "naming credits nothing"
    assert post(mona, f"{path}/answer", answer="yes", basis="receipt", note="Seen").status == 302
    brand.house.work()
    assert company.house.value("SELECT sum(amount) FROM position WHERE party_id = %s", party) > 0
    assert "credited to you" in words(device.get("/claims/linen"))
    assert post(mona, f"{path}/order", number="C1001").status == 422, "it is answered"


def test_only_the_claimant_owner_and_manager_see_it(company: Company) -> None:
    _, device = fan(company, "olga")
    send(device, photo("WEBP"))
    claim = newest(company)
    path = f"/brand/linen/claims/{claim}"
    seen = {name: post(company.device(name), f"{path}/receipt").status for name in ("bea", "mona")}
    assert seen == {"bea": 200, "mona": 200}
    for name in ("fina", "rea", "otto", "cleo", "finn", "dora"):
        assert post(company.device(name), f"{path}/receipt").status == 403, name
    assert "An owner or manager can look at it." in words(company.device("rea").get(path))
    for name in ("cleo", "finn", "carla"):
        assert company.device(name).get(f"/claims/linen/{claim}/receipt").status in {403, 404}, name
    assert post(company.device("rea"), f"{path}/order", number="C1001").status == 403
    mona = company.device("mona")
    company.house.later(HOUR)
    assert post(mona, f"{path}/receipt").status == 401, "who looks shows that it is she"


@pytest.mark.parametrize("content", [photo(), pdf("Order #H1")], ids=["photo", "pdf"])
def test_no_cache_keeps_a_receipt_and_no_browser_guesses_what_it_is(company: Company, content: bytes) -> None:
    party, device = fan(company, f"hana-{len(content)}")
    assert send(device, content).status == 302
    claim = queries.listed(company.brand.access, party=party, limit=1)[0].id
    hers = device.get(f"/claims/linen/{claim}/receipt")
    theirs = post(company.device("bea"), f"/brand/linen/claims/{claim}/receipt")
    for answer in (hers, theirs):
        assert answer.status == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].endswith("sandbox")
        name = answer.headers["content-disposition"].partition("filename=")[2]
        assert name in {'"receipt.webp"', '"receipt.pdf"'}, "nothing that she called it"
    assert hers.content == theirs.content


def test_it_goes_thirty_days_after_the_answer_and_not_before(company: Company) -> None:
    _, device = fan(company, "gina")
    send(device, photo("GIF"))
    claim = newest(company)
    claim_papers.forget_old(company.brand.access, company.house.now + 400 * DAY)
    assert items(company, claim) == 1, "silence is no answer"
    claims.refuse(company.brand.programme, claim, "Not hers", company.house.now)
    assert "not credited to you" in words(device.get("/claims/linen"))
    claim_papers.forget_old(company.brand.access, company.house.now + 30 * DAY - 1)
    assert items(company, claim) == 1
    forget_old(company.house.conn, company.house.now + 30 * DAY)
    assert items(company, claim) == 0
    device = company.device("gina")  # the same round ends old sessions
    assert device.get(f"/claims/linen/{claim}/receipt").status == 404
    assert "was removed 30 days after the answer" in words(company.device("bea").get(f"/brand/linen/claims/{claim}"))
    assert post(company.device("bea"), f"/brand/linen/claims/{claim}/receipt").status == 404


def test_it_is_in_the_copy_of_her_data_and_goes_with_her(company: Company) -> None:
    party, device = fan(company, "elsa")
    send(device, photo())
    claim = newest(company)
    told = json.loads(device.get("/account/linen/data").text)["kept_sealed"]
    (content,) = [one["content"] for one in told if one["what"] == f"claim paper {claim}"]
    assert Image.open(io.BytesIO(b64decode(content))).format == "WEBP"
    assert str(own_data.copy(company.brand.programme, party, company.house.now)).count(f"claim paper {claim}") == 1
    people.erase(company.brand.programme, party, company.house.now)
    assert items(company, claim) == 0
    page = words(company.device("bea").get(f"/brand/linen/claims/{claim}"))
    assert "What she wrote went with the person." in page


def test_five_a_week_hold_for_receipts_too_before_any_work_is_done(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    party, device = fan(company, "many")
    for i in range(5):
        assert send(device, photo(size=(64 + i, 64))).status == 302

    def opened(content: bytes) -> None:
        pytest.fail(f"a sixth one of {len(content)} bytes is not even opened")

    monkeypatch.setattr(claim_papers, "taken", opened)
    refused = send(device, photo(size=(99, 64)))
    assert refused.status == 422
    assert "Five claims a week are looked at" in words(refused)
    assert len(queries.listed(company.brand.access, party=party)) == 5


def test_files_that_are_refused_are_counted_too_before_any_work_is_done(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, device = fan(company, "pest")
    for _ in range(MOST_TRIES):
        assert send(device, b"%PDF-1.4 nothing").status == 422

    def opened(content: bytes) -> None:
        pytest.fail(f"a file of {len(content)} bytes too many is not even opened")

    with monkeypatch.context() as patched:
        patched.setattr(claim_papers, "taken", opened)
        refused = send(device, photo())
    assert refused.status == 422
    assert "You sent many files within minutes" in words(refused)
    _, other = fan(company, "calm")
    assert send(other, photo()).status == 302, "each is counted for herself"
    company.house.later(10 * MINUTE)
    assert send(device, photo()).status == 302


def test_a_claim_by_a_number_alone_takes_no_name_of_the_brand(company: Company) -> None:
    party, _ = fan(company, "nora")
    now = company.house.now
    claims.claim(company.brand.programme, party, company.brand.cleo, Said("X1"), now)
    claim = newest(company)
    with pytest.raises(BadInputError, match="no such claim"):
        claim_numbers.name(company.brand.programme, claim, "C1001", now)
    with pytest.raises(BadInputError, match="no such claim"):
        claim_numbers.confirm(company.brand.programme, party, claim, "C1001", now)
    _, device = fan(company, "nele")
    send(device, photo(), number="X2")
    claim = newest(company)
    with pytest.raises(ConflictError, match="has the number"):
        claim_numbers.confirm(
            company.brand.programme, queries.listed(company.brand.access, limit=1)[0].party, claim, "C1001", now
        )
    claim_numbers.name(company.brand.programme, claim, "C1001", now)
    assert claims.look(company.brand.programme, claim, now).said.sought == "C1001", "the brand has seen the receipt"
