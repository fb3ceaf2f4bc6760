"""``fanshare product``: the same file changes nothing, what a whole one lacks is gone, foreign hosts stay out."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HEAD = "id,title,url,price,sold_out\n"
SHIRT = "1,Shirt,https://shop.example/shirt,59.00,no\n"
SOCK = "2,Sock,https://shop.example/sock,9.90,no\n"


@pytest.fixture
def shop(bea: Terminal) -> Terminal:
    bea.say("connection", "add", "generic", "--shop", "https://shop.example")
    return bea


def counts(document: dict[str, object]) -> list[object]:
    return [document[name] for name in ("new", "changed", "same", "gone")]


def write(tmp_path: Path, text: str) -> str:
    file = tmp_path / "products.csv"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_file_is_taken_in_once_and_a_whole_one_says_what_is_gone(shop: Terminal, tmp_path: Path) -> None:
    both, one = write(tmp_path, HEAD + SHIRT + SOCK), HEAD + SHIRT.replace("no", "yes")
    assert counts(shop.ask("product", "import", both, "--dry-run")) == [2, 0, 0, 0]
    assert counts(shop.ask("product", "import", both)) == [2, 0, 0, 0], "the dry run changed nothing"
    assert counts(shop.ask("product", "import", both)) == [0, 0, 2, 0]
    assert counts(shop.ask("product", "import", write(tmp_path, one))) == [0, 1, 0, 0]
    assert counts(shop.ask("product", "import", write(tmp_path, one), "--whole")) == [0, 0, 1, 1]
    listed = {row["id"]: row for row in shop.ask("product", "list")["products"]}
    assert (listed["1"]["sold_out"], listed["1"]["gone_at"], listed["1"]["price"]) == (True, None, "59.000000")
    assert listed["2"]["gone_at"]
    assert counts(shop.ask("product", "import", write(tmp_path, HEAD + SHIRT + SOCK))) == [0, 2, 0, 0]
    assert not any(row["gone_at"] for row in shop.ask("product", "list")["products"]), "what comes back is there"


def test_foreign_hosts_and_bad_rows_are_refused_by_number_and_the_rest_is_taken(shop: Terminal, tmp_path: Path) -> None:
    text = HEAD + SHIRT + "3,Cap,https://elsewhere.example/cap,1,no\n4,Bag,http://shop.example/bag,1,no\n,X,https://shop.example/x,1,no\n"  # fmt: skip  # noqa: E501
    found = shop.ask("product", "import", write(tmp_path, text), exit_code=1)
    assert [(one["row"], one["code"]) for one in found["refused"]] == [
        (3, "destination_not_allowed"),
        (4, "bad_destination"),
        (5, "bad_product_id"),
    ]
    assert [row["id"] for row in shop.ask("product", "list")["products"]] == ["1"]


def test_a_refused_product_is_not_gone_and_a_nameless_row_lets_nothing_go(shop: Terminal, tmp_path: Path) -> None:
    shop.say("product", "import", write(tmp_path, HEAD + SHIRT + SOCK))
    bad_sock = HEAD + SHIRT + SOCK.replace("9.90", "cheap")
    assert counts(shop.ask("product", "import", write(tmp_path, bad_sock), "--whole", exit_code=1)) == [0, 0, 1, 0]
    nameless = HEAD + SHIRT + ",Sock,https://shop.example/sock,1,no\n"
    found = shop.ask("product", "import", write(tmp_path, nameless), "--whole", exit_code=1)
    assert (counts(found), found["whole"]) == ([0, 0, 1, 0], False)


def test_products_of_a_shop_are_its_own_and_another_one_is_not_there(shop: Terminal, tmp_path: Path) -> None:
    shop.say("connection", "add", "generic", "--shop", "https://other.example")
    other = next(one for one in shop.ask("connection", "list")["connections"] if "other" in one["shop"])["endpoint"]
    there = write(tmp_path, HEAD + "1,Mug,https://other.example/mug,5,no\n")
    assert counts(shop.ask("product", "import", there, "--shop", other)) == [1, 0, 0, 0]
    here = shop.ask("product", "import", write(tmp_path, HEAD + SHIRT), "--shop", other, exit_code=1)
    assert here["refused"][0]["code"] == "destination_not_allowed", "another shop of the same brand"
    assert counts(shop.ask("product", "import", write(tmp_path, HEAD + SHIRT))) == [1, 0, 0, 0]
    assert len(shop.ask("product", "list")["products"]) == 2
    assert shop.refused("product", "import", there, "--shop", "nowhere", exit_code=2) == "unknown_shop"


def test_without_a_shop_there_is_nothing_to_lead_to(bea: Terminal, tmp_path: Path) -> None:
    assert bea.refused("product", "import", write(tmp_path, HEAD + SHIRT), exit_code=2) == "no_shop"
    assert "There are no products" in bea.say("product", "list")
