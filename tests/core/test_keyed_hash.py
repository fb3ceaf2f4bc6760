"""HMAC-SHA256 from two plain hashes is the standard library's."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.keyed_hash import pads


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_it_is_the_hmac_of_the_standard_library(key: bytes, message: bytes) -> None:
    assert pads(key).digest(message) == hmac.digest(key, message, "sha256")


def test_it_is_the_hmac_of_the_standard() -> None:
    """RFC 4231, test case 2."""
    found = pads(b"Jefe").digest(b"what do ya want for nothing?")
    assert found.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
