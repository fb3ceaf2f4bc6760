"""WooCommerce's signatures: the recorded ones hold, anything altered does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.integrations.types import Verdict
from fanshare.integrations.woocommerce.verify import signature_of, verify
from tests.integrations.woocommerce.story import DELIVERIES, SECRET, SIGNED


def verdict(raw: bytes, headers: dict[str, str], *secrets: bytes) -> Verdict:
    return verify(raw, headers, secrets, 0).verdict


@pytest.mark.parametrize("number", range(14))
def test_every_recorded_signature_holds(number: int) -> None:
    each = SIGNED[number]
    assert verify(each.body, each.headers, [SECRET], 0).verdict is Verdict.ACCEPTED


@given(st.sampled_from(SIGNED), st.data())
def test_a_single_flipped_bit_is_refused(each: object, data: st.DataObject) -> None:
    body, headers = each.body, each.headers  # type: ignore[attr-defined]
    place, bit = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 7))
    altered = body[:place] + bytes([body[place] ^ 1 << bit]) + body[place + 1 :]
    assert verify(altered, headers, [SECRET], 0).reason == "wrong_signature"


def test_another_secret_is_refused_and_an_older_one_of_several_is_accepted() -> None:
    each = SIGNED[0]
    assert verify(each.body, each.headers, [b"other"], 0).verdict is Verdict.REFUSED
    assert verify(each.body, each.headers, [b"new", SECRET], 0).verdict is Verdict.ACCEPTED
    assert verify(each.body, each.headers, [], 0).verdict is Verdict.REFUSED


def test_the_six_unsigned_greetings_are_pings() -> None:
    pings = [each for each in DELIVERIES if each not in SIGNED]
    assert {verify(each.body, each.headers, [SECRET], 0).verdict for each in pings} == {Verdict.PING}
    assert len(pings) == 6


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"webhook_id=2&id=14", "application/x-www-form-urlencoded"),
        (b'{"id":14}', "application/x-www-form-urlencoded"),
        (b"webhook_id=2", "application/json"),
        (b"webhook_id=2\n", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_an_unsigned_body_that_is_more_than_a_greeting_is_refused(raw: bytes, kind: str) -> None:
    assert verify(raw, {"content-type": kind}, [SECRET], 0).reason == "no_signature"


@pytest.mark.parametrize("signature", ["%%%", "é", "YQ", "=", "q/W3\n"])
def test_a_signature_that_is_not_base64_is_refused(signature: str) -> None:
    assert verdict(b"{}", {"x-wc-webhook-signature": signature}, SECRET) is Verdict.REFUSED


def test_our_signature_is_the_shops() -> None:
    assert all(signature_of(SECRET, each.body) == each.headers["x-wc-webhook-signature"] for each in SIGNED)
