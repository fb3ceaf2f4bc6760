"""Who signed a delivery, under both families of headers and during a rotation."""

import pytest

from fanshare.integrations.shopify.verify import signature_of, verify
from fanshare.integrations.types import Verdict
from tests.integrations.shopify.story import SECRET

BODY = b'{"id":820982911946154500}'
OTHER = b"shpss_other"


def verdict(raw: bytes, headers: dict[str, str], *secrets: bytes) -> tuple[Verdict, str]:
    found = verify(raw, headers, secrets or (SECRET,), 0)
    return found.verdict, found.reason


@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
def test_the_secret_s_signature_is_accepted_under_both_families(family: str) -> None:
    headers = {f"{family}hmac-sha256": signature_of(SECRET, BODY)}
    assert verdict(BODY, headers) == (Verdict.ACCEPTED, "")


def test_the_signature_is_base64_of_hmac_sha256() -> None:
    """Computed with: openssl dgst -sha256 -hmac shpss_0f5a1c -binary | base64."""
    assert signature_of(SECRET, BODY) == "9szen2yIJp/d+foAKZiq+ZI3o5STf9w6Dhz774OvZfw="


def test_during_a_rotation_both_secrets_sign() -> None:
    for secret in (SECRET, OTHER):
        headers = {"x-shopify-hmac-sha256": signature_of(secret, BODY)}
        assert verdict(BODY, headers, SECRET, OTHER)[0] is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "no_signature"),
        ({"x-shopify-hmac-sha256": ""}, "no_signature"),
        ({"x-shopify-hmac-sha256": "no base 64!"}, "bad_signature"),
        ({"x-shopify-hmac-sha256": "bä"}, "bad_signature"),
        ({"x-shopify-hmac-sha256": signature_of(OTHER, BODY)}, "wrong_signature"),
        ({"x-shopify-hmac-sha256": signature_of(SECRET, BODY + b" ")}, "wrong_signature"),
        ({"x-shopify-hmac-sha256": signature_of(SECRET, BODY)[:-4]}, "wrong_signature"),
        ({"x-wc-webhook-signature": signature_of(SECRET, BODY)}, "no_signature"),
    ],
)
def test_everything_else_is_refused(headers: dict[str, str], reason: str) -> None:
    assert verdict(BODY, headers) == (Verdict.REFUSED, reason)


def test_one_changed_byte_is_refused() -> None:
    headers = {"x-shopify-hmac-sha256": signature_of(SECRET, BODY)}
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert verdict(changed, headers)[0] is Verdict.REFUSED


def test_without_a_secret_nothing_is_accepted() -> None:
    assert verify(BODY, {"x-shopify-hmac-sha256": signature_of(b"", BODY)}, (), 0).verdict is Verdict.REFUSED
