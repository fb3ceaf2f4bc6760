"""Fans under 18: they come in by a choice of their own, read and ask, and no way leads any money to them."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

import psycopg
import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.payee_account import iban_account
from fanshare.flows import assets, claims, gifts, joining, own_data, payees, posts, rulings, shop_credits, young
from fanshare.flows.claims import Said
from fanshare.flows.joining import Draft
from fanshare.flows.links import NewCode, NewLink, add_code, add_link, add_links
from fanshare.flows.people import AGE, Joiner, add_fan
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.store.queries import circle
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
#: What no page of hers says anything about.
MONEY = re.compile(r"€|\bearn|\bpayout|\bpaid\b|\bcredit|\bbalance|\breward|\bcommission|\bmoney", re.IGNORECASE)
#: The sentences in which these words stand all the same: they say that there is none.
NONE_OF_IT = (
    "You are here without money: to read, to ask, and to be thanked.",
    "Nothing you do here is paid, and nothing has to be bought.",
)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("young")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def draft_of(company: Company, name: str, kind: str = joining.FAN) -> str:
    draft = Draft(kind, f"{name}@example.test", name="Somebody", creator="cleo", country="AT")
    token = joining.make_link(company.brand.access, KEYS, draft, company.house.now)
    assert token is not None
    return token


def joined(company: Company, name: str, **values: str) -> tuple[Device, Answer]:
    device = Device(company.app())
    path = f"/join/linen/confirm?t={draft_of(company, name)}"
    return device, device.fill(path, **values)


def party_of(company: Company, name: str) -> int:
    hash_ = company.brand.programme.pseudonym("email", f"{name}@example.test")
    found = company.house.rows("SELECT party_id FROM party_identity WHERE kind = 'email' AND hash = %s", hash_)
    assert len(found) == 1, name
    return int(found[0][0])


def kind_of(company: Company, party: int) -> str:
    return str(company.house.value("SELECT kind FROM party WHERE id = %s", party))


def test_she_says_that_she_is_under_eighteen_and_is_in_without_money(company: Company) -> None:
    token = draft_of(company, "yola")
    form = Device(company.app()).get(f"/join/linen/confirm?t={token}")
    assert "You get no link and earn nothing, now or later, for this time" in words(form)
    assert "Austria: from 14 on" in words(form)
    assert "another country: from 16 on" in words(form)
    assert not re.search(r'type="date"|birth(?!day)', form.text)
    before = company.house.rows("SELECT (SELECT count(*) FROM link), (SELECT count(*) FROM account)")
    device, answer = joined(company, "yola", age="young", home="AT")
    assert (answer.status, answer.headers["location"]) == (302, "/fan/linen")
    yola = party_of(company, "yola")
    assert kind_of(company, yola) == "young"
    assert company.house.rows("SELECT (SELECT count(*) FROM link), (SELECT count(*) FROM account)") == before
    copy = own_data.copy(company.brand.programme, yola, company.house.now)
    (said,) = [one["content"] for one in copy["kept_sealed"] if one["what"] == young.YOUNG_AGE]
    assert re.fullmatch(r"at least 14 \(AT\) and under 18, said on 2026-\d\d-\d\d", said)
    assert [one["creator"] for one in copy["fan_without_a_link_of"]] == ["Cleo"]
    assert "Nothing you do here is paid" in words(device.get("/fan/linen"))
    _, answer = joined(company, "yola", age="young", home="AT")
    assert answer.status == 302
    assert party_of(company, "yola") == yola, "the same again"


@pytest.mark.parametrize(
    ("kind", "home", "code"),
    [
        (joining.FAN, "", "bad_field"),
        (joining.FAN, "Austria", "bad_field"),
        (joining.FAN, "1", "bad_field"),
        (joining.APPLICATION, "AT", "under_age"),
        (joining.CLAIM, "AT", "under_age"),
    ],
)
def test_only_a_fan_may_be_younger_and_says_where_she_lives(company: Company, kind: str, home: str, code: str) -> None:
    token = draft_of(company, f"odd{len(home)}", kind)
    with pytest.raises(FanshareError) as refused:
        joining.confirm(company.brand.programme, token, company.house.now, young_in=home or "?")
    assert refused.value.code == code
    assert joining.look(company.brand.access, KEYS, token, company.house.now) is not None, "her link works still"


def test_whoever_said_that_she_is_eighteen_is_not_made_younger_by_a_button(company: Company) -> None:
    with pytest.raises(FanshareError, match="18 or more"):
        joining.confirm(company.brand.programme, draft_of(company, "finn"), company.house.now, young_in="DE")
    with pytest.raises(psycopg.errors.CheckViolation):
        company.house.conn.execute("UPDATE party SET kind = 'young' WHERE id = %s", [company.brand.finn])


def test_she_reads_asks_and_is_thanked_like_every_fan(company: Company) -> None:
    draft = posts.Draft("Quiet title", "Quiet words", "DE")
    post = posts.write(company.brand.programme, company.brand.cleo, draft, company.house.now, shown=True)
    yara = company.device("yara")
    assert "Quiet title" in yara.get("/fan/linen").text
    assert "Quiet words" in yara.get(f"/fan/linen/exclusive/{post}").text
    assert company.device("fay").get(f"/fan/linen/exclusive/{post}").status == 404, "whoever is no fan of hers does not"
    assert yara.fill("/fan/linen/questions/cleo", words="How do you dye it?").status == 302
    assert yara.fill("/fan/linen/creators", creator="cleo", name="Yara", do="show").status == 302
    assert "Yara" in company.device("cleo").get("/creator/linen/fans").text
    assert yara.get("/fan/linen/thanks").status == 200


def test_no_page_of_hers_speaks_of_money_but_to_say_that_there_is_none(company: Company) -> None:
    yara = company.device("yara")
    pages = ("", "/exclusive", "/questions", "/questions/cleo", "/thanks", "/creators")
    for path in pages:
        text = words(yara.get(f"/fan/linen{path}"))
        for sentence in NONE_OF_IT:
            text = text.replace(sentence, "")
        assert MONEY.findall(text) == [], path
    assert MONEY.search(words(company.device("finn").get("/fan/linen"))), "the others read of it"
    for path in ("/account/linen", "/home"):
        assert MONEY.findall(words(yara.get(path))) == [], path
    led = re.findall(r'href="(/(?:account|fan)/linen[^"]*)"', yara.get("/safety").text)
    assert led == ["/account/linen"], "nothing there leads to what she may not open"
    assert "for the time before there is nothing" in words(yara.get("/fan/linen/of-age"))
    for path in ("earnings", "statement", "statement/paper", "rewards", "share"):
        assert yara.get(f"/fan/linen/{path}").status == 403, path
        assert company.device("finn").get(f"/fan/linen/{path}").status == 200, path


def test_no_news_and_no_weekly_mail_go_to_her(company: Company) -> None:
    yara, finn = party_of(company, "yara"), company.brand.finn
    hers = "SELECT kind IN ('creator', 'fan') FROM party WHERE id = %s"
    assert company.house.value(hers, yara) is False
    assert company.house.value(hers, finn) is True
    assert company.house.value("SELECT count(*) FROM party_news WHERE party_id = %s", yara) == 0


@dataclass(frozen=True)
class Way:
    """A way by which money, or what becomes money, could come to somebody."""

    name: str
    go: Callable[[Company, int], object]


def _order(company: Company) -> int:
    return find_order(company.brand.access, "R1005")


def _claim(company: Company, who: int) -> None:
    claims.claim(company.brand.programme, who, company.brand.cleo, Said(f"X{who}", "", ""), company.house.now)


def _link(company: Company, who: int) -> NewLink:
    return NewLink(company.brand.cleo, who, "https://shop.example/y", LABEL, "y")


WAYS = (
    Way("a link", lambda c, who: add_link(c.brand.programme, _link(c, who), c.house.now)),
    Way("many links", lambda c, who: add_links(c.brand.programme, [_link(c, who)], c.house.now)),
    Way(
        "a code",
        lambda c, who: add_code(c.brand.programme, NewCode(c.brand.cleo, who, f"Y{who}", LABEL), c.house.now),
    ),
    Way("a link handed over", lambda c, who: assets.give_link(c.brand.programme, c.brand.fan_code, who, c.house.now)),
    Way(
        "a sale given by a decision",
        lambda c, who: rule(
            c.brand.programme,
            NewRuling("reassigned", "hers", _order(c), to_creator=c.brand.cleo, to_party=who),
            c.house.now,
        ),
    ),
    Way("a buyer's part", lambda c, who: rulings.claim_order(c.brand.programme, _order(c), who, c.house.now)),
    Way("a claim", _claim),
    Way(
        "an account to be paid to",
        lambda c, who: payees.change(
            c.brand.programme, who, iban_account("Y", "DE89370400440532013000"), c.house.now, adult=True
        ),
    ),
    Way(
        "shop credit",
        lambda c, who: shop_credits.ask(
            c.brand.programme,
            shop_credits.Wish(who, c.brand.shop.id, "EUR", 1_000_000),
            shop_credits.drawn_key(),
            c.house.now,
        ),
    ),
    Way(
        "a gift",
        lambda c, who: gifts.give(
            c.brand.programme, gifts.Wish(who, "cleo", "EUR", 10_000), shop_credits.drawn_key(), c.house.now
        ),
    ),
)


def _code(company: Company, way: Way, who: int) -> str:
    """What a way says to somebody; empty where it lets her through."""
    try:
        way.go(company, who)
    except FanshareError as error:
        return error.code
    return ""


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_to_money_refuses_her_and_no_other(company: Company, way: Way) -> None:
    yara = party_of(company, "yara")
    assert _code(company, way, yara) == "under_age"
    adult = add_fan(company.brand.programme, Joiner("", f"adult-{WAYS.index(way)}@example.test"), company.house.now)
    circle.join(company.brand.access, adult, company.brand.cleo, company.house.now)
    assert _code(company, way, adult) in {"", "no_credit_here", "not_givable", "bad_amount"}
    assert company.house.value("SELECT count(*) FROM account WHERE party_id = %s", yara) == 0
    assert company.house.value("SELECT count(*) FROM position WHERE party_id = %s", yara) == 0


#: Columns that name a party and hold no money, nor what becomes money: words, choices, who somebody is.
WITHOUT_MONEY = {
    "circle.fan_party_id", "fan_shown.fan_party_id", "thanks_block.fan_party_id", "thanks_to.fan_party_id",
    "question_thread.fan_party_id", "party_identity.party_id", "party_news.party_id", "mail_choice.party_id",
    "off_hours.party_id", "letter_to.party_id", "appeal.party_id", "moved_person.party_id", "payee_currency.party_id",
    # Of creators alone.
    "application.party_id", "creator_page.party_id", "page_shelf.party_id", "page_section.party_id",
    "media_kit.party_id",
}  # fmt: skip
#: Where money is named that has an account first, and whoever has none is not named there.
BEHIND_AN_ACCOUNT = {
    "position.party_id", "part.creator_party_id", "payout.party_id", "payout_item.party_id", "shop_credit.party_id",
    "gift.giver_party_id", "opening.party_id", "ruling.party_id", "payout_stop.party_id", "borne_claim.party_id",
    "tax_form.party_id", "party_leaving.party_id", "self_billing_word.party_id", "self_bill.party_id",
    "expense.party_id", "borne_debt.party_id", "tax_alert.party_id", "dpi_share.party_id", "found_payment.party_id",
}  # fmt: skip


def test_every_column_that_names_a_party_is_guarded_or_known_to_hold_no_money(company: Company) -> None:
    """A new table about people fails here until somebody says which of the two it is."""
    named = company.house.rows(
        "SELECT (SELECT relname FROM pg_class WHERE oid = c.conrelid), a.attname FROM pg_constraint c"
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) AND a.attname <> 'programme_id'"
        " WHERE c.contype = 'f' AND c.confrelid = 'party'::regclass AND c.conparentid = 0"
    )
    guards = company.house.rows(
        "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = 'of_age'"
    )
    guarded = {f"{table}.{str(args).removesuffix(chr(92) + '000')}" for table, args in guards}
    assert "account.party_id" in guarded
    of_creators = {f"{table}.{column}" for table, column in named if column.startswith(("creator", "to_creator"))}
    open_ = {f"{table}.{column}" for table, column in named} - guarded - of_creators
    assert open_ - WITHOUT_MONEY - BEHIND_AN_ACCOUNT == set()


_INSERTS = {
    "account": "(programme_id, currency, kind, party_id) SELECT programme_id, 'EUR', 'available', id FROM party p",
    "link_owner": """(programme_id, link_id, owner_party_id, creator_party_id, from_at, leaf_index)
        SELECT p.programme_id, o.link_id, p.id, o.creator_party_id, 9, o.leaf_index
          FROM party p JOIN link_owner o ON o.programme_id = p.programme_id""",
    "code_owner": """(programme_id, code_id, owner_party_id, creator_party_id, from_at, leaf_index)
        SELECT p.programme_id, o.code_id, p.id, o.creator_party_id, 9, o.leaf_index
          FROM party p JOIN code_owner o ON o.programme_id = p.programme_id""",
    "payee_account": """(programme_id, party_id, kind, currency, set_at, usable_at)
        SELECT programme_id, id, 'iban', 'EUR', 1, 1 + 72 * 3600 * 1000000::bigint FROM party p""",
}


@pytest.mark.parametrize("table", list(_INSERTS))
def test_the_database_refuses_her_too_and_would_not_without_its_guard(company: Company, table: str) -> None:
    """The owner of the database, who may switch a guard off, shows that nothing else refuses the row."""
    if table == "code_owner":
        code = NewCode(company.brand.cleo, company.brand.cleo, "GUARDED", LABEL)
        add_code(company.brand.programme, code, company.house.now)
    whole = f"INSERT INTO {table} {_INSERTS[table]} WHERE p.id = {party_of(company, 'yara')} LIMIT 1".encode()
    with psycopg.connect(company.house.database.dsn(owner=True)) as owner:
        with pytest.raises(psycopg.errors.CheckViolation, match="18 or more"), owner.transaction():
            owner.execute(whole)
        with owner.transaction(force_rollback=True):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER of_age".encode())
            assert owner.execute(whole).rowcount == 1


def test_she_is_found_among_many_who_get_accounts_at_once(company: Company) -> None:
    everybody = b"INSERT INTO account (programme_id, currency, kind, party_id) SELECT programme_id, 'SEK', 'paid', id"
    with psycopg.connect(company.house.database.dsn(owner=True)) as owner:
        with pytest.raises(psycopg.errors.CheckViolation, match="party_id of account"), owner.transaction():
            owner.execute(everybody + b" FROM party WHERE kind IN ('creator', 'fan', 'young')")
        with owner.transaction(force_rollback=True):
            assert owner.execute(everybody + b" FROM party WHERE kind IN ('creator', 'fan')").rowcount > 3


def test_at_eighteen_she_says_so_herself_and_begins_like_everybody(company: Company) -> None:
    device, _ = joined(company, "zora", age="young", home="DE")
    zora = party_of(company, "zora")
    shown = device.get("/fan/linen/of-age")
    assert not re.search(r'type="date"|type="number"', shown.text)
    answer = device.fill("/fan/linen/of-age")
    assert (answer.status, answer.headers["location"]) == (302, "/fan/linen")
    assert kind_of(company, zora) == "fan"
    assert device.get("/fan/linen/earnings").status == 200, "this visit goes on"
    assert device.get("/fan/linen/of-age").status == 403
    kept = own_data.copy(company.brand.programme, zora, company.house.now)["kept_sealed"]
    assert {AGE, young.YOUNG_AGE} <= {one["what"] for one in kept}, "what she said before stays beside it"
    assert "Cleo" in device.get("/fan/linen/creators").text, "she stays a fan"
    assert company.house.value("SELECT count(*) FROM account WHERE party_id = %s", zora) == 0
    add_link(company.brand.programme, _link(company, zora), company.house.now)
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'fan.of_age'") == 1
    with pytest.raises(FanshareError, match="already"):
        young.grow(company.brand.programme, zora, company.house.now)


def test_or_she_says_so_where_she_joins_again(company: Company) -> None:
    joined(company, "zita", age="young", home="DE")
    zita = party_of(company, "zita")
    device, answer = joined(company, "zita")
    assert (answer.headers["location"], kind_of(company, zita)) == ("/fan/linen/share", "fan")
    assert party_of(company, "zita") == zita
    assert device.get("/fan/linen/share").status == 200


def test_she_takes_her_copy_along_and_leaves_nothing_behind(company: Company) -> None:
    device, _ = joined(company, "zoe", age="young", home="DE")
    zoe = party_of(company, "zoe")
    assert json.loads(device.get("/account/linen/data").text)["you"]["role"] == "young"
    assert device.fill("/account/linen", word="leave", when="paid").status == 302
    assert company.house.value("SELECT count(*) FROM circle WHERE fan_party_id = %s", zoe) == 0
    assert device.get("/fan/linen").status in {302, 403}


def test_her_pages_stay_within_twelve_statements(company: Company) -> None:
    asked: list[str] = []
    yara = company.device("yara", company.app(lambda conn: Watching(conn, asked)))
    for path in ("/fan/linen", "/fan/linen/creators", "/fan/linen/exclusive", "/fan/linen/of-age"):
        asked.clear()
        assert yara.get(path).status == 200
        assert 0 < len(asked) <= 12, "\n".join(asked)


def test_she_joins_in_a_real_browser_without_script(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    token = draft_of(company, "yuki")
    with chromium() as browser, served(app) as base, watched(browser, base, width=360, script=False) as seen:
        seen.page.goto(f"{base}/join/linen/confirm?t={token}")
        seen.page.get_by_text("You are younger?").click()
        seen.page.get_by_label("Where you live").select_option("GB")
        with seen.page.expect_navigation():
            seen.page.get_by_role("button", name="I am under 18 and old enough there").click()
        assert seen.page.url == f"{base}/fan/linen"
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('yuki')}")
        with seen.page.expect_navigation():
            seen.page.get_by_role("button", name="Sign in").click()
        for path, name in (
            ("/fan/linen", "young-home"),
            ("/fan/linen/of-age", "young-of-age"),
            ("/fan/linen/creators", "young-creators"),
        ):
            seen.open(path)
            seen.fit(name)
        assert seen.complaints() == []
