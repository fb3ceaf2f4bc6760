"""Sellers of a year in the real books: reported once, corrected, deleted, kept sealed, and each told of her own."""

import threading
from dataclasses import dataclass, replace

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, parse_rfc3339
from fanshare.core.payee_account import iban_account
from fanshare.core.payout_item import Said
from fanshare.core.tax.dpi.nodes import Node, read
from fanshare.core.tax.dpi.rules import check
from fanshare.core.tax.dpi.sellers import Excluded, Lack
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.flows import audit, dpi, dpi_copy, own_data, payees, people, tax_forms
from fanshare.flows.tax_rules import rules
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import dpi as rows
from fanshare.store.queries import tax_forms as form_rows
from fanshare.store.server import Database
from tests.core.tax.reports import ABROAD, OPERATOR, TODAY
from tests.core.tax.test_tax_forms import RESIDENCE
from tests.flows.test_payout_runs import READY, sent
from tests.flows.test_withholding import tell
from tests.support.pg_books import KEYS
from tests.support.stories import TERMS, Story, open_story

PAID = READY + DAY
LATER = parse_rfc3339("2027-01-15T09:00:00Z")
CLEOS = RESIDENCE | {"name": "Cleo Canary", "signed": "Cleo Canary", "tin": "86095742719"}
ACTOR = "operator:1"
ACCOUNT = iban_account("F. Fox", "DE89 3704 0044 0532 0130 00")


@dataclass
class Platform:
    """A programme for several brands in Germany; Cleo and Finn were paid in the last quarter of 2026."""

    story: Story
    run: int
    keys: dict[int, str]

    @property
    def conn(self) -> Connection:
        return self.story.access.conn

    def make(self, now: int = LATER) -> list[Node]:
        """The files that are missing."""
        made = dpi.make(self.conn, KEYS, ACTOR, 2026, now)
        raw = [dpi.file(self.conn, KEYS, ACTOR, one, now)[1] for one in made]
        assert [check(one, rules().union) for one in raw] == [[]] * len(raw)
        return [read(one) for one in raw]

    def sign(self, party: int, typed: dict[str, str], now: int = LATER) -> None:
        tax_forms.sign(self.story.programme, party, form(FormKind.RESIDENCE, typed, TODAY), now)


@pytest.fixture
def platform(conn: Connection, owner: Connection) -> Platform:
    owner.execute("TRUNCATE dpi_operator, dpi_message, dpi_record")
    owner.execute("UPDATE programme SET several_brands = false")
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    conn.execute(
        "UPDATE programme SET country = 'DE', several_brands = true WHERE id = %s", [story.access.programme_id]
    )
    story.sold("1", 59_000_000, story.click())
    story.sold("2", 59_000_000, story.click())
    story.settle(READY)
    payees.change(story.programme, story.finn, ACCOUNT, READY - 5 * DAY, adult=True)
    run, keys = sent(story)
    for key in keys.values():
        tell(story, run, key, Said.ARRIVED, PAID)
    tax_forms.ask(story.access, Asks.RESIDENCE, PAID)
    dpi.set_operator(conn, KEYS, ACTOR, OPERATOR, PAID)
    return Platform(story, run, keys)


def sellers(file: Node) -> list[Node]:
    return [*file.all("DPIBody/ReportableSeller")]


def family(one: Node) -> str:
    return one.said("Identity/IndividualSeller/Standard/IndSellerID/Name/LastName")


def last_quarter(one: Node) -> tuple[str, str]:
    services = "RelevantActivities/PersonalServices"
    return one.said(f"{services}/Consideration/ConsQ4"), one.said(f"{services}/NumberOfActivities/NumbQ4")


def test_who_signed_is_reported_and_who_did_not_is_named_with_what_is_missing(platform: Platform) -> None:
    platform.sign(platform.story.cleo, CLEOS)
    look = dpi.look(platform.conn, KEYS, ACTOR, 2026, LATER)
    assert [why for _, why in look.sellers.lacking.values()] == [(Lack.FORM,)]
    [file] = platform.make()
    assert file.said("MessageSpec/MessageTypeIndic") == "DPI401"
    [cleo] = sellers(file)
    assert (family(cleo), last_quarter(cleo)) == ("Canary", ("11", "2")), "11.32 in whole units, of two sales"
    platform.sign(platform.story.finn, RESIDENCE)
    [more] = platform.make()
    assert [family(one) for one in sellers(more)] == ["Fox"], "and nobody twice"
    assert more.said("DPIBody/PlatformOperator/DocSpec/DocTypeIndic") == "OECD0"
    with pytest.raises(ConflictError, match="Everything was reported"):
        platform.make()
    said = [one.what for one in audit.lines(platform.conn) if one.what.startswith("dpi.")]
    assert said[:6] == ["dpi.file", "dpi.make", "dpi.file", "dpi.make", "dpi.look", "dpi.operator"]


def test_a_payment_that_comes_back_is_corrected_and_what_is_left_of_nobody_is_deleted(platform: Platform) -> None:
    story = platform.story
    platform.sign(story.cleo, CLEOS)
    platform.sign(story.finn, RESIDENCE)
    platform.make()
    tell(story, platform.run, platform.keys[story.cleo], Said.CAME_BACK, LATER + DAY)
    [correction] = platform.make(LATER + 2 * DAY)
    [record] = sellers(correction)
    assert correction.said("MessageSpec/MessageTypeIndic") == "DPI402"
    assert (family(record), record.said("DocSpec/DocTypeIndic")) == ("Canary", "OECD3")
    assert last_quarter(record) == ("11", "2"), "what is taken back is repeated"
    assert dpi_copy.of_year(story.access, KEYS, story.cleo, 2026) is None
    platform.sign(story.finn, RESIDENCE | {"street": "Elsewhere 2"}, LATER + 3 * DAY)
    [moved] = platform.make(LATER + 3 * DAY)
    [record] = sellers(moved)
    assert record.said("DocSpec/DocTypeIndic") == "OECD2"
    copy = dpi_copy.of_year(story.access, KEYS, story.finn, 2026)
    assert copy is not None
    assert [one.ref for one in copy.told] == [record.said("DocSpec/DocRefId")]
    assert copy.stands


def test_a_number_that_is_put_right_is_a_correction_and_a_form_that_is_refused_changes_nothing(
    platform: Platform,
) -> None:
    story = platform.story
    platform.sign(story.cleo, CLEOS | {"tin": "36574261809"})
    platform.make()
    [row] = form_rows.of(story.access, [story.cleo])[story.cleo]
    tax_forms.refuse(story.access, row.id, "name and number", LATER)
    with pytest.raises(ConflictError, match="Everything was reported"):
        platform.make()
    platform.sign(story.cleo, CLEOS)
    [correction] = platform.make()
    [record] = sellers(correction)
    assert record.said("DocSpec/DocTypeIndic") == "OECD2"
    assert record.said("Identity/IndividualSeller/Standard/IndSellerID/TIN") == "86095742719"


def test_two_parties_of_one_number_are_one_record_and_each_reads_her_own_part(platform: Platform) -> None:
    story = platform.story
    platform.sign(story.cleo, RESIDENCE)
    platform.sign(story.finn, RESIDENCE)
    [file] = platform.make()
    [one] = sellers(file)
    assert last_quarter(one) == ("14", "2"), "5.664 and 1.416 of each of two sales, and a sale is one for both"
    copies = [dpi_copy.of_year(story.access, KEYS, party, 2026) for party in (story.cleo, story.finn)]
    mine = [made.lines["EUR"][3].consideration for made in copies if made is not None]
    assert mine == [11_320_000, 2_830_000]
    assert all(made is not None and made.stands for made in copies)
    told = own_data.copy(story.programme, story.finn, LATER)["reported_to_tax_authority"]
    assert [one["paid"][3] for one in told] == ["2.830000"]


def test_who_lives_elsewhere_is_not_reported_and_an_account_that_was_paid_to_is(platform: Platform) -> None:
    story = platform.story
    platform.sign(story.cleo, ABROAD)
    platform.sign(story.finn, RESIDENCE)
    look = dpi.look(platform.conn, KEYS, ACTOR, 2026, LATER)
    assert [why for _, why in look.sellers.excluded.values()] == [Excluded.OUTSIDE]
    [file] = platform.make()
    [one] = sellers(file)
    assert one.said("Identity/IndividualSeller/Standard/FinancialIdentifier/Identifier") == ACCOUNT.number
    assert one.said("Identity/IndividualSeller/Standard/FinancialIdentifier/AccountHolderName") == "F. Fox"


def test_where_nobody_is_reported_that_is_said_once_and_a_single_brand_has_no_sellers(platform: Platform) -> None:
    one = platform.story.access.programme_id
    platform.conn.execute("UPDATE programme SET several_brands = false WHERE id = %s", [one])
    assert not dpi.here(platform.conn)
    [nil] = platform.make()
    assert nil.said("MessageSpec/MessageTypeIndic") == "DPI403"
    assert dpi_copy.of_year(platform.story.access, KEYS, platform.story.cleo, 2026) is None
    with pytest.raises(ConflictError, match="Everything was reported"):
        platform.make()


def test_what_can_not_be_made(platform: Platform) -> None:
    with pytest.raises(ConflictError, match="not over"):
        dpi.make(platform.conn, KEYS, ACTOR, 2026, parse_rfc3339("2026-12-31T22:30:00Z"))
    with pytest.raises(BadInputError, match="nothing to report"):
        dpi.make(platform.conn, KEYS, ACTOR, 2025, LATER)
    with pytest.raises(ConflictError, match="not kept any more"):
        dpi.make(platform.conn, KEYS, ACTOR, 2026, parse_rfc3339("2037-01-01T00:00:00Z"))
    with pytest.raises(BadInputError, match="no such file"):
        dpi.file(platform.conn, KEYS, ACTOR, 77, LATER)
    platform.make()
    moved = replace(OPERATOR, party=replace(OPERATOR.party, country="FR"))
    with pytest.raises(ConflictError, match="another country"):
        dpi.set_operator(platform.conn, KEYS, ACTOR, moved, LATER)
    platform.conn.execute("DELETE FROM dpi_operator")
    with pytest.raises(BadInputError, match="who reports"):
        platform.make()


def test_somebody_erased_stays_reported_and_no_row_says_who_anybody_is(platform: Platform) -> None:
    story = platform.story
    platform.sign(story.finn, RESIDENCE)
    platform.make()
    people.erase(story.programme, story.finn, LATER)
    with pytest.raises(ConflictError, match="Everything was reported"):
        platform.make()
    stored = "".join(
        str(platform.conn.execute(f"SELECT * FROM {table}".encode()).fetchall())
        for table in ("dpi_operator", "dpi_message", "dpi_record", "dpi_share", "audit")
    )
    for secret in ("Fox", "36574261809", "Ulmenweg", "Crate"):
        assert secret not in stored


def test_what_was_reported_stays_as_it_is_and_goes_when_its_time_is_over(platform: Platform) -> None:
    platform.sign(platform.story.finn, RESIDENCE)
    [made] = dpi.make(platform.conn, KEYS, ACTOR, 2026, LATER)
    for statement in (
        "DELETE FROM dpi_message",
        "DELETE FROM dpi_record",
        "UPDATE dpi_message SET sellers = 7",
        "UPDATE dpi_record SET ref = 'DE2026DE-other'",
    ):
        with pytest.raises(errors.RestrictViolation):
            platform.conn.execute(statement.encode())
    rows.forget_old(platform.conn, parse_rfc3339("2036-12-31T12:00:00Z"))
    assert dpi.file(platform.conn, KEYS, ACTOR, made, LATER)[1].startswith(b"<?xml")
    rows.forget_old(platform.conn, parse_rfc3339("2037-01-01T12:00:00Z"))
    with pytest.raises(BadInputError, match="time is over"):
        dpi.file(platform.conn, KEYS, ACTOR, made, LATER)
    with pytest.raises(errors.RestrictViolation):
        platform.conn.execute("UPDATE dpi_message SET sealed = 'x'")


def test_a_file_that_was_changed_below_is_not_handed_out(platform: Platform) -> None:
    [made] = dpi.make(platform.conn, KEYS, ACTOR, 2026, LATER)
    forged = KEYS.seal("dpi report", b"<?xml other", rows.messages(platform.conn)[0].ref.encode())
    platform.conn.execute("UPDATE dpi_message SET sealed = %s WHERE id = %s", [forged, made])
    with pytest.raises(FanshareError, match="not the one that was made"):
        dpi.file(platform.conn, KEYS, ACTOR, made, LATER)


def test_two_who_make_it_at_once_make_it_once(platform: Platform, shared_database: Database) -> None:
    platform.sign(platform.story.finn, RESIDENCE)
    done: list[str] = []

    def make() -> None:
        with connect(shared_database.dsn()) as conn:
            try:
                done.append(f"{len(dpi.make(conn, KEYS, ACTOR, 2026, LATER))} made")
            except ConflictError as error:
                done.append(error.code)

    both = [threading.Thread(target=make) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done) == ["1 made", "nothing_new"]


def test_a_report_that_breaks_a_rule_is_not_made_and_leaves_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.sign(platform.story.finn, RESIDENCE)
    monkeypatch.setattr(dpi, "written", lambda _: b"<other/>")
    with pytest.raises(FanshareError, match="root") as caught:
        dpi.make(platform.conn, KEYS, ACTOR, 2026, LATER)
    assert caught.value.status == 500
    assert rows.messages(platform.conn) == []
    assert rows.shares(Access(platform.conn, platform.story.access.programme_id, "t"), None) == []
