"""Pictures of products: fetched by the worker, drawn anew, tried again, given up with a reason."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from fanshare.core.products import Product, Taking
from fanshare.flows import products
from fanshare.integrations.outgoing.fetch import Fetcher
from fanshare.jobs.product_pictures import SIDE, WAITS, fetch_pictures
from fanshare.store.access import Access
from fanshare.store.queries import product_pictures
from fanshare.store.queries import products as stored
from fanshare.store.queries.products import ProductRow
from tests.jobs.house import House
from tests.support.file_server import FileServer

HERE = Fetcher(private_too=True, deadline=3.0)


@pytest.fixture
def shop(house: House) -> Iterator[FileServer]:
    house.worker.fetcher = HERE
    with FileServer({"/a.jpg": photo()}) as made:
        yield made


def photo(shade: int = 9) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), (shade, 0, 0)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def tell(house: House, picture: str, external_id: str = "1") -> None:
    taking = Taking()
    taking.take(1, Product(external_id, "Shirt", "https://shop.example/shirt", picture=picture))
    products.take(house.bea.programme, taking.told(), products.Wish(), house.now, lambda *_: None)


def product(house: House) -> ProductRow:
    found = stored.one(house.bea.access, None, "1")
    assert found is not None
    return found


def pictures(house: House) -> int:
    found: int = house.value("SELECT count(*) FROM picture")
    return found


def test_a_picture_is_copied_small_and_without_what_lay_beside_its_pixels(house: House, shop: FileServer) -> None:
    tell(house, shop.url())
    assert (product(house).fetching, shop.asked) == (True, []), "telling it asks nobody"
    house.worker.housekeeping()
    kept = product(house)
    assert (kept.fetching, kept.problem, len(kept.picture)) == (False, "", 32)
    content = bytes(house.value("SELECT content FROM picture"))
    after = Image.open(io.BytesIO(content))
    assert (after.format, max(after.size)) == ("WEBP", SIDE)
    assert b"SecretCamera" not in content
    house.worker.housekeeping()
    tell(house, shop.url())
    house.worker.housekeeping()
    assert shop.asked == ["/a.jpg"], "it is fetched once"


def test_another_picture_takes_its_place_and_none_takes_it_away(house: House, shop: FileServer) -> None:
    tell(house, shop.url())
    house.worker.housekeeping()
    before = product(house).picture
    shop.files["/b.jpg"] = photo(200)
    tell(house, shop.url("/b.jpg"))
    assert product(house).picture == before, "until the new one is there"
    house.worker.housekeeping()
    assert product(house).picture not in ("", before)
    assert pictures(house) == 1
    tell(house, "")
    assert (product(house).picture, pictures(house)) == ("", 0)


@pytest.mark.parametrize("content", [b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"<html>", b"GIF89a", b""])
def test_what_is_no_picture_is_given_up_at_once_with_a_reason(house: House, shop: FileServer, content: bytes) -> None:
    shop.files["/a.jpg"] = content
    tell(house, shop.url())
    house.worker.housekeeping()
    assert (product(house).fetching, pictures(house)) == (False, 0)
    assert product(house).problem


def test_a_shop_that_does_not_answer_is_asked_later_each_time_and_then_no_more(house: House, shop: FileServer) -> None:
    shop.files["/a.jpg"] = 500
    tell(house, shop.url())
    for tries, wait in enumerate(WAITS, 1):
        house.worker.housekeeping()
        assert (len(shop.asked), product(house).fetching) == (tries, True)
        house.later(wait - 1)
        house.worker.housekeeping()
        assert len(shop.asked) == tries, "not before its time"
        house.later(1)
    house.worker.housekeeping()
    assert (product(house).fetching, product(house).problem) == (False, "It answered 500.")
    assert len(shop.asked) == len(WAITS) + 1
    shop.files["/a.jpg"] = photo()
    assert product_pictures.try_again(house.bea.access, house.now) == 1
    house.worker.housekeeping()
    assert (product(house).problem, pictures(house)) == ("", 1)


def test_a_picture_on_this_machine_is_not_fetched(house: House, shop: FileServer) -> None:
    tell(house, shop.url())
    house.worker.fetcher = Fetcher()
    house.worker.housekeeping()
    assert "not on the public internet" in product(house).problem
    assert (shop.asked, product(house).fetching) == ([], False)


def test_a_picture_that_was_changed_while_it_was_fetched_is_not_kept(house: House, shop: FileServer) -> None:
    tell(house, shop.url())

    class Slow(Fetcher):
        def fetch(self, url: str) -> bytes:
            tell(house, shop.url("/b.jpg"))
            return HERE.fetch(url)

    assert fetch_pictures(house.bea.access, Slow(), house.clock, patience=0.01) == 1
    assert (product(house).picture, product(house).fetching, pictures(house)) == ("", True, 0)


def test_two_workers_fetch_no_picture_twice(house: House, shop: FileServer) -> None:
    for number in range(3):
        tell(house, shop.url(), str(number))
    first = product_pictures.claim(house.bea.access, house.now, house.now + 1)
    second = house.another_worker()
    try:
        access = Access(second.conn, house.bea.tenant.id, "test")
        assert fetch_pictures(access, HERE, house.clock) == 2
    finally:
        second.conn.close()
    assert first is not None
    assert pictures(house) == 2
