"""What a provider's answer has to say: for this site, to this question, now; whatever else it says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import MINUTE, SECOND
from fanshare.core.oidc import LEEWAY, OLDEST, Identity, Provider, asking, challenge, described, identity, subject_of

ISSUER = "https://login.example"
NOW = 1_800_000_000 * SECOND
HERS = Provider("Example", ISSUER, "us", f"{ISSUER}/a", f"{ISSUER}/t", f"{ISSUER}/k", basic=True, algorithms=("RS256",))
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/a",
    "token_endpoint": f"{ISSUER}/t",
    "jwks_uri": f"{ISSUER}/k",
    "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
}


def said(**changed: Any) -> dict[str, Any]:
    at = NOW // SECOND
    claims = {"iss": ISSUER, "aud": "us", "sub": "a", "nonce": "n", "iat": at, "exp": at + 300}
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


def refusal(claims: dict[str, Any], nonce: str = "n") -> str:
    try:
        identity(claims, HERS, nonce, NOW)
    except BadInputError as error:
        return error.code
    return ""


AT = NOW // SECOND


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"aud": ["us"]}, ""),
        ({"aud": ["us", "them"], "azp": "us"}, ""),
        ({"iss": f"{ISSUER}/"}, "wrong_issuer"),
        ({"iss": None}, "wrong_issuer"),
        ({"aud": "them"}, "wrong_audience"),
        ({"aud": []}, "wrong_audience"),
        ({"aud": None}, "wrong_audience"),
        ({"aud": {"us": 1}}, "wrong_audience"),
        ({"aud": ["us", "them"]}, "wrong_audience"),
        ({"azp": "them"}, "wrong_audience"),
        ({"nonce": "m"}, "wrong_nonce"),
        ({"nonce": None}, "wrong_nonce"),
        ({"nonce": ["n"]}, "wrong_nonce"),
        ({"exp": AT - 60}, "expired"),
        ({"exp": AT - 59}, ""),
        ({"exp": None}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": "9999999999"}, "expired"),
        ({"iat": AT + 61}, "not_yet"),
        ({"iat": AT + 60}, ""),
        ({"iat": None}, "not_yet"),
        ({"iat": AT - 660}, "expired"),
        ({"nbf": AT + 61}, "not_yet"),
        ({"sub": ""}, "no_subject"),
        ({"sub": "x" * 256}, "no_subject"),
        ({"sub": 7}, "no_subject"),
    ],
)
def test_an_answer_that_is_not_for_this_question_is_refused(changed: dict[str, Any], code: str) -> None:
    assert refusal(said(**changed)) == code


def test_an_empty_nonce_answers_nothing() -> None:
    assert refusal(said(nonce=""), nonce="") == "wrong_nonce"


@given(st.dictionaries(st.sampled_from(["iss", "aud", "azp", "sub", "nonce", "exp", "iat", "nbf", "email"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=3),
    st.floats(allow_nan=True),
)))  # fmt: skip
def test_whatever_is_signed_it_is_taken_only_if_it_is_ours(changed: dict[str, Any]) -> None:
    claims = said(**changed)
    if refusal(claims):
        return
    assert claims["iss"] == ISSUER
    assert "us" in ([claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"])
    assert claims["nonce"] == "n"
    assert claims["exp"] * SECOND + LEEWAY > NOW >= claims["iat"] * SECOND - LEEWAY
    assert claims["iat"] * SECOND + OLDEST + LEEWAY > NOW


@pytest.mark.parametrize(
    ("email", "verified", "address"),
    [("a@b.example", True, "a@b.example"), ("a@b.example", "true", ""), ("a@b.example", None, ""), (7, True, ""),
     ("a" * 255, True, "")],
)  # fmt: skip
def test_an_address_counts_only_where_the_provider_says_that_it_is_hers(
    email: object, verified: object, address: str
) -> None:
    assert identity(said(email=email, email_verified=verified), HERS, "n", NOW).address == address


@given(st.tuples(st.text(max_size=8), st.text(max_size=8)), st.tuples(st.text(max_size=8), st.text(max_size=8)))
def test_nobody_of_one_provider_is_anybody_of_another(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (subject_of(*one) == subject_of(*other)) == (one == other)
    assert len(subject_of(*one)) == 32


def test_the_example_of_rfc_7636_gives_its_challenge() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_question_keeps_what_the_address_of_the_provider_asks_already() -> None:
    known = Provider(**{**{f: getattr(HERS, f) for f in HERS.__slots__}, "authorize_at": f"{ISSUER}/a?tenant=1"})
    assert asking(known, "https://us.example/back", "s", "n", "v").startswith(f"{ISSUER}/a?tenant=1&response_type=code")
    assert HERS.origin == ISSUER
    assert identity(said(), HERS, "n", NOW) == Identity(subject_of(ISSUER, "a"))
    assert OLDEST == 10 * MINUTE


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"issuer": "https://other.example"}, "wrong_issuer"),
        ({"token_endpoint": "http://login.example/t"}, "bad_provider"),
        ({"jwks_uri": ""}, "bad_provider"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "bad_provider"),
        ({"authorization_endpoint": "https://a@login.example/"}, "bad_provider"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "bad_provider"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "bad_provider"),
        ({"token_endpoint_auth_methods_supported": ["client_secret_post"]}, ""),
        ({"response_types_supported": ["id_token"]}, "bad_provider"),
    ],
)
def test_a_provider_that_describes_itself_unsafely_is_refused(changed: dict[str, Any], code: str) -> None:
    document = {**DOCUMENT, **changed}
    if code:
        with pytest.raises(BadInputError) as refused:
            described(ISSUER, "Example", "us", document)
        assert refused.value.code == code
        return
    found = described(ISSUER, "Example", "us", document)
    assert found.algorithms == ("RS256",)
    assert found.basic is ("token_endpoint_auth_methods_supported" not in changed)
