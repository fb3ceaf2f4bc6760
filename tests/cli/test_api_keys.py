"""Keys of the API on the command line: shown once, listed without their secret, ended."""

from tests.cli.conftest import Terminal


def test_a_key_is_shown_once_listed_without_its_secret_and_ended(bea: Terminal) -> None:
    made = bea.ask("api-key", "make", "till", "--scope", "read", "--scope", "orders:write")
    assert made["key"].startswith("fsk_")
    (listed,) = bea.ask("api-key", "list")["keys"]
    assert (listed["id"], listed["name"], listed["scopes"]) == (made["id"], "till", "orders:write, read")
    assert made["key"].rpartition("_")[2] not in bea.say("api-key", "list")
    assert bea.ask("api-key", "end", made["id"]) == {"id": made["id"], "ended": True}
    assert bea.refused("api-key", "end", made["id"]) == "unknown_key"


def test_a_key_needs_a_name_and_scopes_that_there_are(bea: Terminal) -> None:
    assert bea.refused("api-key", "make", "till", "--scope", "everything") == "bad_scope"
    assert bea.refused("api-key", "make", " ") == "bad_name"
