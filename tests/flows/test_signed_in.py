"""What signing in speaks of: to which name of a site passkeys are bound."""

import pytest

from fanshare.flows.signed_in import Relying


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://share.example", Relying("share.example", "https://share.example")),
        ("https://Share.Example:443/", Relying("share.example", "https://share.example")),
        ("https://share.example:8443", Relying("share.example", "https://share.example:8443")),
        ("https://bücher.example", Relying("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://localhost:8700", Relying("localhost", "http://localhost:8700")),
        ("http://share.example", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("http://127.0.0.1:8700", None),
        ("", None),
    ],
)
def test_passkeys_are_bound_to_the_name_of_the_site(url: str, found: Relying | None) -> None:
    assert Relying.of(url) == found
