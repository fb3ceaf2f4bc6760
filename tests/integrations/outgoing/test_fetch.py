"""Files come from public addresses alone, within bounds of size and time, whatever the other side does."""

import time

import pytest

from fanshare.integrations.outgoing import addresses
from fanshare.integrations.outgoing.fetch import HOPS, MOST, Fetcher, NotFetchedError
from tests.support.file_server import FileServer

HERE = Fetcher(private_too=True, deadline=3.0)


def refused(fetcher: Fetcher, url: str) -> NotFetchedError:
    with pytest.raises(NotFetchedError) as caught:
        fetcher.fetch(url)
    return caught.value


def test_a_file_is_fetched_also_where_a_redirect_leads_and_with_any_letters_in_its_path() -> None:
    with FileServer({"/a.jpg": b"picture", "/b": "/a.jpg", "/m%C3%BCsli": b"oats"}) as shop:
        assert HERE.fetch(shop.url()) == b"picture"
        assert HERE.fetch(shop.url("/b")) == b"picture"
        assert HERE.fetch(shop.url("/müsli")) == b"oats"


def test_this_machine_is_never_asked_however_it_is_spelled() -> None:
    with FileServer({"/a.jpg": b"secret"}) as inside:
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
            error = refused(Fetcher(), inside.url(host=host))
            assert error.for_good, host
        assert inside.asked == []
        assert HERE.fetch(inside.url()) == b"secret", "it could be had"


def test_a_redirect_to_what_is_not_public_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    with FileServer() as shop:
        shop.files = {"/a.jpg": shop.url("/secret", host="127.0.0.2"), "/b": b"picture"}
        assert refused(Fetcher(), shop.url()).for_good
        assert shop.asked == ["/a.jpg"]
        assert Fetcher().fetch(shop.url("/b")) == b"picture"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://shop.example/a", "//shop.example/a", "gopher://x/", "http://", ""],
)
def test_what_is_no_address_of_the_web_is_not_tried(url: str) -> None:
    assert refused(HERE, url).for_good


@pytest.mark.parametrize("to", ["file:///etc/passwd", "data:image/png;base64,AA", "javascript:alert(1)"])
def test_a_redirect_leads_nowhere_but_to_the_web(to: str) -> None:
    with FileServer({"/a.jpg": to}) as shop:
        assert refused(HERE, shop.url()).for_good


def test_what_leads_on_and_on_ends() -> None:
    with FileServer({"/a.jpg": "/a.jpg"}) as shop:
        assert not refused(HERE, shop.url()).for_good
        assert len(shop.asked) == HOPS + 1


def test_a_file_that_is_too_large_is_given_up_before_it_is_all_here() -> None:
    with FileServer({"/a.jpg": b"x" * (MOST * 3), "/b": b"x" * MOST}) as shop:
        assert refused(HERE, shop.url()).for_good
        assert len(HERE.fetch(shop.url("/b"))) == MOST


def test_a_server_that_drips_its_headers_gets_no_more_time_for_it() -> None:
    with FileServer({"/a.jpg": b"x"}, drip=0.1) as shop:
        begun = time.monotonic()
        assert "in time" in refused(Fetcher(private_too=True, deadline=0.5), shop.url()).message
        assert time.monotonic() - begun < 9, "it would drip for ten seconds"


@pytest.mark.parametrize("status", [404, 500, 403])
def test_an_answer_that_is_no_file_may_be_one_later(status: int) -> None:
    with FileServer({"/a.jpg": status}) as shop:
        error = refused(HERE, shop.url())
        assert (error.for_good, error.message) == (False, f"It answered {status}.")
    assert not refused(HERE, shop.url()).for_good, "nobody is there"
