"""Standard Webhooks: the published vector, the reference library, and whatever was altered."""

import base64
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from fanshare.core.instants import SECOND
from fanshare.integrations.generic.verify import key_of, sign, verify
from fanshare.integrations.types import Verdict

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, SENT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = SENT * SECOND


def headers(signature: str = VECTOR, identity: str = ID, sent: str = str(SENT)) -> dict[str, str]:
    return {"webhook-id": identity, "webhook-timestamp": sent, "webhook-signature": signature}


def reason(raw: bytes = BODY, given: dict[str, str] | None = None, now: int = NOW, secret: bytes = SECRET) -> str:
    found = verify(raw, headers() if given is None else given, [secret], now)
    assert (found.verdict is Verdict.ACCEPTED) == (found.reason == "")
    return found.reason


def test_the_published_vector_holds() -> None:
    assert sign(SECRET, ID, SENT, BODY) == VECTOR
    assert reason() == ""


@given(st.binary(min_size=1, max_size=64), st.text("abc._-", min_size=1, max_size=20), st.binary(max_size=500))
def test_the_reference_library_signs_the_same(key: bytes, identity: str, raw: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    text = raw.decode("latin-1")
    sent = datetime.datetime.fromtimestamp(SENT, datetime.UTC)
    assert Webhook(secret).sign(identity, sent, text) == sign(secret.encode(), identity, SENT, text.encode())


def test_the_reference_library_believes_what_we_sign_now() -> None:
    sent = int(datetime.datetime.now(datetime.UTC).timestamp())
    signed = headers(sign(SECRET, ID, sent, BODY), sent=str(sent))
    Webhook(SECRET.decode()).verify(BODY, signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET.decode()).verify(BODY + b" ", signed)


@given(st.integers(0, len(BODY) - 1), st.integers(0, 7))
def test_a_single_flipped_bit_is_refused(place: int, bit: int) -> None:
    altered = BODY[:place] + bytes([BODY[place] ^ 1 << bit]) + BODY[place + 1 :]
    assert reason(altered) == "wrong_signature"


def test_the_id_and_the_time_are_signed_too() -> None:
    assert reason(given=headers(identity="msg_other")) == "wrong_signature"
    assert reason(given=headers(sent=str(SENT + 1))) == "wrong_signature"


@pytest.mark.parametrize(
    ("off", "expected"), [(0, ""), (300, ""), (-300, ""), (301, "too_old"), (-301, "too_new"), (10**9, "too_old")]
)
def test_the_time_may_be_five_minutes_off_when_it_arrives(off: int, expected: str) -> None:
    assert reason(now=NOW + off * SECOND) == expected


@pytest.mark.parametrize("sent", ["", "soon", "-1", "1.5", "\u0661", "1" * 13, " 1614265330"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(sent: str) -> None:
    assert reason(given=headers(sent=sent)) in {"bad_timestamp", "no_signature"}


def test_one_good_signature_among_others_is_enough() -> None:
    assert reason(given=headers(f"v1,AAAA v1a,{VECTOR[3:]} v1,%% v2 {VECTOR}")) == ""
    assert reason(given=headers(f"v1a,{VECTOR[3:]}")) == "wrong_signature"
    assert reason(given=headers("v1,AAAA " * 50 + VECTOR)) == "wrong_signature"


def test_secrets_can_be_changed_while_both_are_known() -> None:
    assert verify(BODY, headers(), [b"whsec_bmV3", SECRET], NOW).verdict is Verdict.ACCEPTED
    assert verify(BODY, headers(), [], NOW).verdict is Verdict.REFUSED


def test_an_unreadable_secret_opens_nothing() -> None:
    assert key_of(b"whsec_%%") == b""
    empty = sign(b"whsec_", ID, SENT, BODY)
    assert reason(given=headers(empty), secret=b"whsec_%%") == "wrong_signature"
    assert reason(given=headers(empty), secret=b"") == "wrong_signature"


def test_missing_headers_are_refused() -> None:
    for name in headers():
        assert reason(given={key: value for key, value in headers().items() if key != name}) == "no_signature"
