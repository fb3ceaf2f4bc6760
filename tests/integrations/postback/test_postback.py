"""Postbacks: who may call, what is kept of a call, and which order it tells of."""

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import clickid
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, parse_rfc3339
from fanshare.core.order_documents import from_document, to_document
from fanshare.core.order_join import join
from fanshare.core.order_news import news_by_stage
from fanshare.core.orders import OrderState, Status
from fanshare.integrations.postback import address
from fanshare.integrations.postback.parse import parse, references
from fanshare.integrations.postback.verify import sign, verify
from fanshare.integrations.types import RECEIVED_AT, Verdict

NOON = "2026-11-14T12:00:00Z"
SECRET = b"a-token-of-24-characters"
CLICK = clickid.mint(7, parse_rfc3339("2026-11-14T11:00:00Z"), b"random", b"k")
SALE = {"xid": "A-1", "sub1": CLICK, "order_sum": "59.00", "order_currency": "EUR", "payout": "7.08", "status": "1"}


def pseudonym(kind: str, value: str) -> str:
    return f"{kind}-of-{len(value)}"


def read(at: str = NOON, **parameters: str) -> OrderState:
    message = urlencode(parameters or SALE).encode()
    (state,) = parse(message, {RECEIVED_AT: at}, pseudonym)
    assert [one.order_id for one in references(message, {})] == [state.order_id]
    return state


def refused(**parameters: str) -> str:
    with pytest.raises(BadInputError) as caught:
        read(**parameters)
    return caught.value.code


def called(query: str, token: str = "", body: bytes = b"", **headers: str) -> address.Message:
    return address.message(query.encode(), token, headers, body)


def judge(message: address.Message, *secrets: bytes) -> tuple[Verdict, str]:
    found = verify(message.raw, message.headers, secrets or (SECRET,), 0)
    return found.verdict, found.reason


def test_a_token_in_the_path_or_in_the_query_opens_and_is_not_kept() -> None:
    for message in (
        called("xid=1", SECRET.decode()),
        called(f"xid=1&token={SECRET.decode()}"),
        called(f"TOKEN={SECRET.decode()}&xid=1"),
    ):
        assert judge(message) == (Verdict.ACCEPTED, "")
        assert message.raw == b"xid=1"


def test_a_wrong_missing_or_short_token_is_refused() -> None:
    assert judge(called("xid=1")) == (Verdict.REFUSED, "no_token")
    assert judge(called("xid=1", "guess")) == (Verdict.REFUSED, "wrong_token")
    assert judge(called("xid=1&token=", "")) == (Verdict.REFUSED, "no_token")
    assert judge(called("xid=1", "short"), b"short") == (Verdict.REFUSED, "wrong_token")


def test_a_signature_is_made_over_query_and_form_and_any_of_the_secrets_may_have_made_it() -> None:
    raw = b"xid=1&sum=5\nstatus=1"
    for secret in (SECRET, b"the-secret-before-this-one"):
        signature = sign(secret, raw)
        message = called(f"xid=1&signature={signature.upper()}&sum=5", body=b"status=1")
        assert message.raw == raw
        assert judge(message, SECRET, b"the-secret-before-this-one") == (Verdict.ACCEPTED, "")
        in_header = called("xid=1&sum=5", body=b"status=1", **{address.SIGNATURE_HEADER: signature})
        assert judge(in_header, secret) == (Verdict.ACCEPTED, "")
    changed = called(f"xid=1&sum=6&sig={sign(SECRET, raw)}", body=b"status=1")
    assert judge(changed) == (Verdict.REFUSED, "wrong_signature")


def test_a_good_token_does_not_excuse_a_wrong_signature() -> None:
    assert judge(called("xid=1&sig=00", SECRET.decode())) == (Verdict.REFUSED, "wrong_signature")


def test_what_speaks_of_a_person_is_not_written_down() -> None:
    raw = b"xid=1&IP=203.0.113.7&user%5Fagent=Mozilla&sub1=x\nsession_ip=203.0.113.8&email=finn%40x&status=1"
    assert address.without_persons(raw) == b"xid=1&sub1=x\nstatus=1"


def test_the_usual_sale_is_read_to_the_micro() -> None:
    state = read()
    assert (state.order_id, state.status, state.currency, state.total) == ("A-1", Status.CAPTURED, "EUR", 59_000_000)
    assert [line.net for line in state.lines] == [59_000_000]
    assert state.evidence.clicks == (CLICK,)
    assert state.placed_at == state.modified_at == parse_rfc3339(NOON)


@pytest.mark.parametrize("place", ["fs", "click_id", "clickid", "sub1", "sub8", "tid", "transaction_id"])
def test_the_click_id_may_ride_in_any_usual_place(place: str) -> None:
    assert read(**{"order_id": "1", "amount": "1", "currency": "eur", place: CLICK.upper()}).evidence.clicks == (CLICK,)


def test_without_a_number_of_its_own_an_order_is_its_transaction_and_goal() -> None:
    rest = {"sum": "9.5", "currency": "EUR"}
    assert read(transaction_id="t-7", **rest).order_id == "t-7"
    assert read(tid="t-7", goal="purchase", **rest).order_id == "t-7:purchase"
    assert read(tid="t-7", event="upsell", xid="x-2", **rest).order_id == "x-2"
    assert read(sub3=CLICK, **rest).order_id == CLICK
    assert refused(**rest) == "missing_field"


def test_what_was_sold_counts_before_what_is_paid_for_it() -> None:
    given = {"xid": "1", "currency": "USD", "payout": "7", "sum": "8", "amount": "58.5"}
    assert (read(**given).total, read(**given).currency) == (58_500_000, "USD")
    more = read(**given, order_sum="59", order_currency="EUR")
    assert (more.total, more.currency) == (59_000_000, "EUR")
    assert read(xid="1", payout="7", currency="USD").total == 7_000_000


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(("1", "captured"), ("2", "open"), ("3", "cancelled"), ("5", "open"), ("Approved", "captured")),
        *(("HOLD", "open"), ("pending", "open"), ("declined", "cancelled"), ("", "captured"), ("{status}", "captured")),
    ],
)
def test_numbers_and_words_of_a_status(word: str, status: str) -> None:
    assert read(**{**SALE, "status": word}).status == status


def test_times_are_seconds_milliseconds_or_written_out() -> None:
    noon = parse_rfc3339("2026-11-10T12:00:00Z")
    for text in ("1794312000", "1794312000000", "2026-11-10 12:00:00", "2026-11-10T13:00:00+01:00"):
        assert read(**SALE, timestamp=text).placed_at == noon, text


def test_macros_that_nobody_filled_in_count_as_not_sent() -> None:
    state = read(**{**SALE, "promo_code": "{promo_code}", "timestamp": "{timestamp}", "offer_id": ""})
    assert state.evidence.codes == ()
    assert state.placed_at == parse_rfc3339(NOON)
    assert read(**SALE, promo_code="Mira10", offer_id="77").evidence.codes == ("mira10",)


def test_a_buyer_is_known_by_pseudonyms_alone() -> None:
    state = read(**SALE, customer_id="4711", email_sha256="AB" * 32)
    assert (state.buyer.customer, state.buyer.email) == ("customer-of-4", "email_sha256-of-64")
    assert refused(**SALE, email_sha256="finn@example.test") == "bad_field"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"order_sum": "59,00"}, "bad_amount"),
        ({"order_sum": "-1"}, "negative_amount"),
        ({"order_sum": "1e3"}, "bad_amount"),
        ({"order_sum": "NaN"}, "bad_amount"),
        ({"order_sum": "9" * 19}, "amount_too_large"),
        ({"order_currency": "XXQ"}, "unknown_currency"),
        ({"status": "maybe"}, "bad_status"),
        ({"timestamp": "yesterday"}, "bad_time"),
        ({"xid": "x" * 201}, "bad_field"),
        ({"xid": "a\nb"}, "bad_field"),
        ({"xid": "a\0b"}, "bad_text"),
    ],
)
def test_what_can_not_be_read_is_refused_with_a_reason(change: dict[str, str], code: str) -> None:
    assert refused(**{**SALE, **change}) == code


def test_a_call_without_amount_or_currency_is_refused() -> None:
    assert refused(xid="1", currency="EUR") == "missing_field"
    assert refused(xid="1", amount="5") == "missing_field"
    with pytest.raises(BadInputError, match="not a time"):
        parse(urlencode(SALE).encode(), {}, pseudonym)


def told(*states: OrderState) -> tuple[list[OrderState], list[str]]:
    """What is left of states that arrive one by one, and the codes of refusals."""
    known: list[OrderState] = []
    codes = []
    for state in states:
        fresh, error = news_by_stage(known, [state])
        known += fresh
        codes += [error.code] if error else []
    return known, codes


def at(hour: int, **change: str) -> OrderState:
    return read(f"2026-11-14T{hour:02}:00:00Z", **{**SALE, **change})


def test_a_repetition_is_no_news_however_late_it_comes() -> None:
    known, codes = told(at(1), at(1), at(2), at(3, status="3"), at(4), at(5, status="3"))
    assert [(state.status, state.modified_at % DAY // HOUR) for state in known] == [("captured", 1), ("cancelled", 3)]
    assert codes == []
    assert join(known).net == 0


def test_a_pending_that_was_overtaken_changes_nothing() -> None:
    known, codes = told(at(1), at(2, status="2"))
    assert join(known).net == 59_000_000
    assert codes == []
    # The negative control: taken for news, the latecomer would undo the sale.
    assert join([*known, at(2, status="2")]).net == 0


def test_a_later_amount_of_the_same_stage_counts_and_its_older_repetition_does_not() -> None:
    known, _ = told(at(1), at(2, order_sum="49.00"), at(3))
    assert join(known).net == 49_000_000
    assert join(known).placed_at % DAY == HOUR


def test_a_sale_reported_anew_after_it_was_declined_is_shown_to_a_person() -> None:
    known, codes = told(at(1, status="3"), at(2))
    assert codes == ["declined_before"]
    assert join(known).net == 0


@given(st.permutations([("2", "59"), ("1", "59"), ("1", "49"), ("3", "59")]), st.lists(st.integers(0, 3), max_size=6))
def test_in_any_order_and_with_any_repetition_the_furthest_stage_stands(
    order: list[tuple[str, str]], again: list[int]
) -> None:
    calls = [*order, *(order[index] for index in again)]
    known, _ = told(*(at(hour, status=status, order_sum=total) for hour, (status, total) in enumerate(calls)))
    assert join(known).status is Status.CANCELLED
    assert len(known) <= 4


NAMES = st.sampled_from([*SALE, "fs_path", "timestamp", "goal", "email_sha256", "customer_id", "promo_code", "tid"])
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["1", "1e400", "0" * 30, "9" * 40, "%", "ä", "{x}", CLICK, "2026-02-30T00:00:00Z", "99999999999"]),
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.binary(max_size=30))
def test_any_call_is_read_or_refused_and_nothing_else(pairs: list[tuple[str, str]], tail: bytes) -> None:
    for raw in (urlencode(pairs, errors="surrogatepass").encode(), urlencode([*SALE.items(), *pairs]).encode() + tail):
        message = address.message(raw.replace(b"\n", b""), "", {}, tail)
        verify(message.raw, message.headers, (SECRET,), 0)
        kept = address.without_persons(message.raw)
        states: list[OrderState] = []
        with contextlib.suppress(BadInputError):
            states = [*parse(kept, {RECEIVED_AT: NOON}, pseudonym), *parse(raw, {RECEIVED_AT: NOON}, pseudonym)]
        for state in states:
            assert from_document(to_document(state)) == state
            assert join([state]).net >= 0
