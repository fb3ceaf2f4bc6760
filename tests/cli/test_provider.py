"""``fanshare provider``: set, shown and ended; the secret is said nowhere."""

import time

from tests.cli.conftest import Terminal
from tests.support.oidc_server import CLIENT, SECRET, oidc_server


def test_a_provider_is_set_shown_and_ended(empty: Terminal) -> None:
    assert "There is none" in empty.say("provider", "show")
    with oidc_server(lambda: int(time.time())) as there:
        wished = ("provider", "set", there.base, "--client-id", CLIENT, "--name", "Example")
        assert empty.refused(*wished) == "bad_secret"
        empty.env["FANSHARE_PROVIDER_SECRET"] = SECRET
        said = empty.say(*wished)
        assert "/sign-in/provider/back" in said
        assert SECRET not in said
        there.describes = {"issuer": "https://other.example"}
        assert empty.refused(*wished) == "wrong_issuer"
    shown = empty.say("provider", "show")
    assert there.base in shown
    assert SECRET not in shown
    assert "any more" in empty.say("provider", "off")
    assert "There was none" in empty.say("provider", "off")
