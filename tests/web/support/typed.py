"""A mark typed into every free text, through the forms that people use; what machines bring in is marked in place."""

import re
from contextlib import suppress
from functools import partial

import psycopg
from psycopg import sql

from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import joining, posts, questions
from fanshare.store.server import Server
from tests.core.tax.test_tax_forms import W9
from tests.edge.running import KEYS
from tests.web.support import filling_lists as fill
from tests.web.support.books import add, make, send, words
from tests.web.support.company import Company
from tests.web.support.poison import mark
from tests.web.test_creator_page import photo

SHOP = "https://shop.example/"


def _form(path: str, typed: str, **fixed: str) -> tuple[str, str, dict[str, str]]:
    return path, typed, fixed


#: Who types where, into which fields (each gets the mark of that place), and what the other fields hold. ``{...}`` is
#: filled in from the installation.
FORMS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "finn": (
        _form("/fan/linen/creators", "name", creator="cleo", do="show"),
        _form("/fan/linen/questions/cleo", "words"),
        _form("/object/linen/{token}", "words"),
        _form("/claims/linen", "number receipt words"),
        _form("/payee/linen", "holder", kind="sepa", iban="DE89370400440532013000", bic="", currency="EUR", adult="yes",
              sure="yes"),
    ),
    "cleo": (
        _form("/creator/linen/links", "name", address=f"{SHOP}shirt", country="DE", platform="blog"),
        _form("/creator/linen/page", "words heading-1 words-1 heading-2 words-2", do="keep"),
        _form("/creator/linen/page/elsewhere", "words heading",
              address="https://video.example/", gets="something", country="DE", do="add"),
        _form("/creator/linen/fans/{shown}", "words"),
        _form("/creator/linen/questions/{thread}", "words"),
        _form("/creator/linen/exclusive/new", "title words", country="DE", do="show"),
        _form("/creator/linen/goals", "title words", target="10.00", until="{soon}", do="keep"),
        _form("/creator/linen/page/kit", "", do="show", named="yes"),
        _form("/claims/linen", "number receipt words"),
    ),
    "bea": (
        _form("/brand/linen/terms/words", "words", do="keep", seen="0"),
        _form("/brand/linen/people/write", "subject text", what="send", group="", q=""),
        _form("/brand/linen/people/{creator}/bonus", "words", step="give", key="k1", amount="2", currency="EUR"),
        _form("/brand/linen/people/{creator}/expenses", "words", do="agree", step="give", key="k1", amount="2",
              currency="EUR", receipt="yes"),
        _form("/brand/linen/claims/{claim}/answer", "note", answer="no"),
        _form("/brand/linen/orders/{held}/decide", "reason", verdict="held", days="5"),
        _form("/brand/linen/payouts/billing", "name street postcode city register",
              country="DE", vat_id="DE123456789", mail="", prefix="G-", rate="", language="de", sure="yes"),
    ),
    "otto": (
        _form("/operator/programmes", "name contact",
              currency="EUR", country="DE", time_zone="Europe/Berlin", slug="typed", owner=""),
        _form("/operator/texts/privacy/de", "words"),
        _form("/brand/linen/funding/change", "note", do="book", key="f1", way="in", amount="5", currency="EUR",
              sure="yes"),
    ),
}  # fmt: skip
#: Entries of a creator's sealed books.
BOOKS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("deal", "name", {"day": "{today}", "fee": "150"}),
    ("time", "", {"minutes": "0:30", "day": "{today}"}),
    ("cost", "words", {"amount": "3", "day": "{today}"}),
    ("recurring", "words", {"amount": "12", "first": "{today}", "every": "1"}),
    ("equipment", "words", {"price": "1200", "bought_on": "{today}", "months": "36", "percent": "50"}),
    ("trip", "words", {"distance": "12.5", "day": "{today}"}),
    ("invoice", "name payer", {"amount": "80", "sent": "{today}", "due": "{today}"}),
    ("post", "words", {"day": "{today}", "platform": "blog"}),
    ("never", "words why", {}),
    ("idea", "words tags notes", {}),
    ("work", "name", {"due": "{soon}", "shoot": "1:00"}),
)
#: What a shop, a provider or another program brings in, and what was written by others before: column of table.
BROUGHT = """
    shop_order.external_id product.title connection.problem
    delivery.reason delivery.topic audit.about audit.actor link.campaign link.label_text code.label_text code.shown
    code_plan.name ruling.reason funding_entry.note creator_page.alt page_section.heading
    page_shelf.heading foreign_link.words foreign_link.label_text foreign_link.address link.destination product.url
    programme.name programme.contact party.display_name public_text.words goal.title goal.words shop_code.label_text
    shop_code.problem set_up_step.said settle_due.reason
""".split()  # noqa: SIM905 - a table to read


def type_everything(company: Company) -> None:
    """Fill in all forms. Fails for those that do not take the words."""
    refused = []
    for name, forms in FORMS.items():
        device, told = company.device(name), known(company)
        for path, typed, fixed in forms:
            marks = {field: mark(f"{path} {field}") for field in typed.split()}
            values = {field: value.format(**told) for field, value in fixed.items()}
            place = path.format(**told)
            way = device.fill if device.get(place).status == 200 else partial(send, device)
            answer = way(place, **values, **marks)
            if answer.status != 302:
                refused.append((path, answer.status, words(answer)[:400]))
    assert not refused, "\n".join(map(str, refused))
    _reported(company)
    cleo, told = company.device("cleo"), known(company)
    make(cleo)
    for kind, typed, fixed in BOOKS:
        marks = {field: mark(f"{kind} {field}") for field in typed.split()}
        add(cleo, kind, **{field: value.format(**told) for field, value in fixed.items()}, **marks)


def _reported(company: Company) -> None:
    """What was written is reported, so that the brand reads it too; somebody applies."""
    brand, now = company.brand, company.house.now
    thread = company.house.value("SELECT min(id) FROM question_thread")
    for message, by_creator in company.house.rows("SELECT id, by_creator FROM question_message"):
        row = questions.of_hers(brand.programme, brand.cleo, thread)
        questions.report(brand.programme, row, message, now, by_creator=not by_creator)
    post = company.house.value("SELECT min(id) FROM post")
    posts.add_picture(brand.programme, brand.cleo, post, photo(), mark("post picture"), now)
    posts.report(brand.programme, brand.finn, post, now)
    told = {field: mark(f"/join/linen {field}") for field in ("name", "makes", "shown_at", "why")}
    draft = joining.Draft(joining.APPLICATION, "new@example.test", country="DE", **told)
    token = joining.make_link(brand.access, KEYS, draft, now)
    answer = company.device().fill(f"/join/linen/confirm?t={token}", adult="yes")
    assert answer.status in {200, 302}, words(answer)
    assert company.device("bea").fill("/brand/linen/payouts/tax", asks="us").status == 302
    bea, hers = company.device("bea"), f"/brand/linen/people/{brand.cleo}"
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', bea.get(hers).text)
    assert send(bea, f"{hers}/note", note=mark("note about a creator"), seen=seen).status == 302
    name = mark("/payee/linen/tax name")
    form = {**W9, "name": name, "signed": name, "street": mark("/payee/linen/tax street")}
    assert company.device("finn").fill("/payee/linen/tax", **form).status == 302


def known(company: Company) -> dict[str, object]:
    """What stands in the paths and values of forms."""
    house, brand = company.house, company.brand
    return {
        "creator": brand.cleo,
        "held": house.value("SELECT id FROM shop_order WHERE external_id LIKE 'H1003%%'"),
        "claim": house.value("SELECT min(id) FROM claim"),
        "shown": house.value("SELECT min(id) FROM fan_shown"),
        "thread": house.value("SELECT min(id) FROM question_thread"),
        "token": house.value("SELECT why_token FROM position WHERE party_id = %s", brand.finn),
        "today": format_rfc3339(house.now)[:10],
        "soon": format_rfc3339(house.now + 10 * DAY)[:10],
    }


def bring_in(server: Server, company: Company) -> None:
    """Rows of everything else, and a mark in each text of ``BROUGHT``."""
    for brought in (fill.codes, fill.goods, fill.done):
        brought(company, 0)
    with psycopg.connect(server.dsn("admin", company.house.database.name), autocommit=True) as conn:
        for place in BROUGHT:
            table, column = (sql.Identifier(one) for one in place.split("."))
            conn.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))  # also where nobody may change it
            statement = sql.SQL("UPDATE {0} SET {1} = {1} || {2}").format(table, column, sql.Literal(f" {mark(place)}"))
            with suppress(psycopg.errors.CheckViolation):  # then the database lets no such words in
                conn.execute(statement)
            conn.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(table))
