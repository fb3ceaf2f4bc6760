"""Stripe's signatures, compared with the official library in both directions."""

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import SECOND
from fanshare.integrations.stripe.verify import signature_of, verify
from fanshare.integrations.types import Verdict
from tests.integrations.stripe.story import AT, SECRET

NOW = AT // SECOND
BODY = b'{"id": "evt_1", "object": "event"}'


def check(signature: str, *, body: bytes = BODY, secrets: tuple[bytes, ...] = (SECRET,), now: int = NOW) -> str:
    found = verify(body, {"stripe-signature": signature}, secrets, now * SECOND)
    return found.reason or found.verdict.value


def official(signature: str, body: bytes, secret: bytes) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body.decode(), signature, secret.decode(), tolerance=None))
    except stripe.SignatureVerificationError:
        return False


@given(body=st.text(min_size=1), secret=st.from_regex(r"whsec_[A-Za-z0-9]{8,40}", fullmatch=True))
def test_the_official_library_accepts_what_we_sign_and_refuses_what_was_changed(body: str, secret: str) -> None:
    raw, key = body.encode("utf-8", "surrogatepass"), secret.encode()
    try:
        raw.decode()
    except UnicodeDecodeError:
        return
    signed = signature_of(key, NOW, raw)
    assert official(signed, raw, key)
    assert check(signed, body=raw, secrets=(key,)) == "accepted"
    assert not official(signed, raw + b".", key)
    assert check(signed, body=raw + b".", secrets=(key,)) == "wrong_signature"


def test_we_accept_what_the_official_library_signs() -> None:
    computed = stripe.WebhookSignature._compute_signature(f"{NOW}.{BODY.decode()}", SECRET.decode())
    assert check(f"t={NOW},v1={computed},v0=abc") == "accepted"


def test_while_a_secret_is_rolled_one_of_several_suffices() -> None:
    old, new = b"whsec_old", b"whsec_new"
    both = f"{signature_of(old, NOW, BODY)},{signature_of(new, NOW, BODY).partition(',')[2]}"
    assert check(both, secrets=(new,)) == "accepted"
    assert check(both, secrets=(old,)) == "accepted"
    assert check(signature_of(old, NOW, BODY), secrets=(new, old)) == "accepted"
    assert check(signature_of(old, NOW, BODY), secrets=(new,)) == "wrong_signature"


@pytest.mark.parametrize(
    ("shift", "verdict"), [(300, "accepted"), (301, "too_old"), (-300, "accepted"), (-301, "too_new")]
)
def test_the_time_is_judged_at_receipt(shift: int, verdict: str) -> None:
    assert check(signature_of(SECRET, NOW, BODY), now=NOW + shift) == verdict


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "no_signature"),
        ("v1=abc", "bad_timestamp"),
        ("t=,v1=abc", "bad_timestamp"),
        ("t=-5,v1=abc", "bad_timestamp"),
        ("t=١٢٣,v1=abc", "bad_timestamp"),
        (f"t={NOW}", "wrong_signature"),
        (f"t={NOW},v0={'0' * 64}", "wrong_signature"),
        (f"t={NOW},v1=\udcff", "wrong_signature"),
    ],
)
def test_other_headers_are_refused_with_a_reason(header: str, reason: str) -> None:
    assert check(header) == reason


def test_only_the_schemes_of_today_count_and_no_secret_accepts_nothing() -> None:
    assert check(signature_of(SECRET, NOW, BODY).replace("v1=", "v0=")) == "wrong_signature"
    assert check(signature_of(b"", NOW, BODY), secrets=(b"",)) == "wrong_signature"
    assert verify(BODY, {}, [SECRET], AT).verdict is Verdict.REFUSED
