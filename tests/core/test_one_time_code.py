"""Codes of authenticator apps: the values of the RFCs, each step once, and no code from long ago."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import one_time_code as otc
from fanshare.core.instants import SECOND

SECRET = b"12345678901234567890"  # of the appendices of both RFCs
#: RFC 4226, appendix D.
HOTP = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
#: RFC 6238, appendix B: seconds -> the last six of its eight digits.
TOTP = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
NOWS = st.integers(10**15, 2 * 10**15)


def test_codes_are_those_of_the_standards() -> None:
    assert tuple(otc.code(SECRET, counter) for counter in range(10)) == HOTP
    for second, expected in TOTP.items():
        assert otc.matching_step(SECRET, expected, second * SECOND, -1) == second // 30


@given(NOWS, st.integers(-5, 5))
def test_a_code_is_taken_near_its_step_and_only_once(now: int, away: int) -> None:
    step = otc.step_of(now)
    typed = otc.code(SECRET, step + away)
    found = otc.matching_step(SECRET, typed, now, -1)
    if abs(away) <= otc.TOLERANCE:
        assert found is not None
        assert otc.matching_step(SECRET, typed, now, found) is None, "twice"
    elif found is not None:
        assert otc.code(SECRET, found) == typed, "two steps happen to have one code"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "0x1234"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert otc.matching_step(SECRET, typed, 59 * SECOND, -1) is None


def test_spaces_are_forgiven_and_the_address_carries_the_secret() -> None:
    assert otc.matching_step(SECRET, " 287 082 ", 59 * SECOND, -1) == 1
    parts = urlsplit(otc.address(SECRET, "share.example & co", "bea@example.test"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["share.example & co"]}
    assert otc.shown(SECRET).replace(" ", "") == parse_qs(parts.query)["secret"][0]
