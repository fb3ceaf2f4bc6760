"""An operator's pages over real books: health, books, inbox, people, programmes, texts, settings, audit."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core.instants import DAY
from fanshare.flows import audit, proofs
from fanshare.flows.check import check
from fanshare.flows.checks.finding import Finding, Offence
from fanshare.flows.staff import brand_people, operators
from fanshare.store import signing
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("operator")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_health_says_what_the_doctor_says_the_worst_first(company: Company) -> None:
    page = company.device("otto").get("/operator")
    said = re.findall(r'<code class="soft">([a-z_]+)</code>', page.text)
    assert said[0] in {"no_snapshot", "keys_open", "clocks_differ"}
    assert "database" in said[1:]
    assert "need" in words(page)


def test_books_balance_and_name_the_newest_proof_and_checkpoint(company: Company) -> None:
    otto, brand, now = company.device("otto"), company.brand, company.house.now
    before = words(otto.get("/operator/books"))
    assert "Proof never. fanshare check linen" in before
    signer = signing.load_or_create(company.house.home / "keys", f"shop.example/log/{brand.tenant.public_id}")
    found = check(replace(brand.programme, log_keys=signer.keys), now)
    proofs.keep(brand.access, found, now)
    page = words(otto.get("/operator/books"))
    assert "owed by the brand 33.24 €" in page
    assert "balanced 33.24 € 33.24 €" in page
    assert f"everything held on Sun 22 Nov , {len(found)} checks" in page
    failed = Finding("floors", "Nothing is below zero.", Offence("account 3", "-1", "0"))
    proofs.keep(brand.access, [failed], now)
    assert "failed on Sun 22 Nov : floors (account 3: recorded -1, expected 0)" in words(otto.get("/operator/books"))
    company.house.worker.housekeeping()
    assert re.search(r"signed on Sun 22 Nov at size \d+", words(otto.get("/operator/books")))


def test_the_inbox_shows_where_from_and_why_and_never_what(company: Company) -> None:
    house, brand, otto = company.house, company.brand, company.device("otto")
    shop = brand.shop
    house.conn.execute(
        "INSERT INTO delivery (programme_id, id, received_at, connection_id, endpoint, topic, sealed_body, body_hash,"
        " state, reason_code, reason) VALUES (%s, %s, %s, %s, %s, 'order', %s, %s, 'parked', 'bad_amount', %s)",
        [brand.access.programme_id, b"p" * 16, house.now - DAY, shop.id, shop.endpoint, b"x" * 77, bytes(32),
         "'Agnes Quill' is no amount"],
    )  # fmt: skip
    page = otto.get("/operator/inbox")
    assert "Sat 21 Nov" in words(page)
    assert "bad_amount" in page.text
    assert "Agnes" not in page.text
    assert "Agnes" not in otto.get("/operator/inbox?as=json").text
    assert "bad_amount" in words(otto.get("/operator/inbox?q=bad_amount"))
    assert "Nothing fits" in words(otto.get("/operator/inbox?q=Quill")), "nor can it be guessed by searching"
    answer = otto.fill("/operator/inbox", programme="linen")
    assert answer.status == 405, "the list itself takes no form"
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    assert otto.post("/operator/inbox/again", {**form, "programme": "nothing"}).status == 404
    again = otto.post("/operator/inbox/again", {**form, "programme": "linen"})
    assert (again.status, again.headers["location"]) == (302, "/operator/inbox?again=1")
    assert "1 message will be read again." in words(otto.get("/operator/inbox?again=1"))
    house.conn.execute("DELETE FROM delivery WHERE id = %s", [b"p" * 16])


def test_people_are_let_in_and_ended_and_nobody_ends_herself(company: Company) -> None:
    otto, house = company.device("otto"), company.house
    assert (
        otto.fill("/operator/people", what="add", address="Una@Example.test", programme="", post="owner").status == 302
    )
    assert "Una@Example.test" in [one.address for one in operators(house.conn, KEYS)]
    assert (
        otto.fill("/operator/people", what="add", address="fio@example.test", programme="wool", post="finance").status
        == 302
    )
    assert ("fio@example.test", "finance") in [
        (one.address, one.post) for one in brand_people(company.other.access, KEYS)
    ]
    for wrong, said in (
        ({"address": "nonsense", "programme": ""}, "not an e-mail address"),
        ({"address": "x@example.test", "programme": "none"}, "no such programme"),
        ({"address": "x@example.test", "programme": "wool", "post": "queen"}, "what she does"),
        ({"what": "end", "address": "otto@example.test", "programme": ""}, "can't end yourself"),
        ({"what": "end", "address": "nobody@example.test", "programme": ""}, "no operator"),
    ):
        answer = otto.fill("/operator/people", **{"what": "add", **wrong})
        assert (answer.status in {404, 422}, said in words(answer)) == (True, True), wrong
    una = company.device("una")
    assert una.get("/operator").status == 200
    assert otto.fill("/operator/people", what="end", address="una@example.test", programme="").status == 302
    assert una.get("/operator").status == 302, "she is out at once"
    assert otto.fill("/operator/people", what="end", address="fio@example.test", programme="wool").status == 302


def test_a_programme_is_founded_with_its_owner(company: Company) -> None:
    otto = company.device("otto")
    asked = {
        "name": "Silk & Co",
        "currency": "eur",
        "country": "at",
        "time_zone": "Europe/Vienna",
        "owner": "sue@example.test",
    }
    for wrong, said in (
        ({"currency": "XXQ"}, "XXQ"),
        ({"time_zone": "Mars/One"}, "Mars"),
        ({"slug": "linen"}, "already"),
    ):
        answer = otto.fill("/operator/programmes", **{**asked, **wrong})
        assert (answer.status, said in words(answer)) == (422, True), wrong
    done = otto.fill("/operator/programmes", **asked)
    assert (done.status, done.headers["location"]) == (302, "/operator/programmes?founded=silk-co")
    assert "Silk &amp; Co is founded" in otto.get("/operator/programmes?founded=silk-co").text
    assert company.house.value("SELECT country FROM programme WHERE slug = 'silk-co'") == "AT"
    assert company.device("sue").get("/home").status == 200


def test_texts_are_written_in_versions_and_shown_to_everybody(company: Company) -> None:
    otto, public = company.device("otto"), Device(company.app())
    assert "has not written this yet" in words(public.get("/imprint"))
    path = "/operator/texts/imprint/en"
    assert otto.fill(path, words="# Otto's house\n\n<b>1 Lane</b>\n\n- mail").status == 302
    page = public.get("/imprint").text
    assert "<h2>Otto&#39;s house</h2>" in page
    assert "&lt;b&gt;1 Lane&lt;/b&gt;" in page
    assert 'lang="en"' in public.get("/imprint", HTTP_ACCEPT_LANGUAGE="de").text, "in the one language there is"
    assert otto.fill("/operator/texts/imprint/de", words="Ottos Haus").status == 302
    assert "Ottos Haus" in public.get("/imprint", HTTP_ACCEPT_LANGUAGE="de").text
    assert otto.fill(path, words="# Otto's house\n\n<b>1 Lane</b>\n\n- mail").status == 302
    assert otto.fill(path, words="Elsewhere").status == 302
    versions = company.house.rows("SELECT version, words FROM public_text WHERE language = 'en' ORDER BY version")
    assert [version for version, _ in versions] == [1, 2], "what is the same is no version"
    assert otto.fill(path, words="x" * 20_001).status == 422
    assert otto.get("/operator/texts/imprint/fr").status == 404
    assert otto.get("/operator/texts/secrets/en").status == 404


def test_settings_and_audit_say_how_and_who(company: Company) -> None:
    otto = company.device("otto")
    assert "mail.example" in otto.get("/operator/settings").text
    german = company.device("otto")
    german.cookies["fanshare_language"] = "de"
    assert "Mailserver mail.example" in words(german.get("/operator/settings"))
    page = words(otto.get("/operator/audit"))
    assert "otto@example.test signed in" in page
    only = words(otto.get("/operator/audit?what=text.write"))
    assert "wrote a public text - imprint en 2" in only
    assert "otto@example.test signed in" not in only
    assert otto.get("/operator/audit?what=nonsense").status == 400
    assert otto.get("/operator/audit?as=csv").text.startswith("\ufeffat,who,what,programme,about")
    assert len({line.id for line in audit.lines(company.house.conn)}) > 3


def test_what_was_written_down_cannot_be_changed(company: Company) -> None:
    for statement in ("UPDATE audit SET about = ''", "DELETE FROM audit", "DELETE FROM public_text"):
        with pytest.raises(Exception, match=r"permission denied|never changed"):
            company.house.conn.execute(statement.encode())
    with pytest.raises(KeyError):
        audit.note(company.house.conn, "test", "nothing.known", company.house.now)
