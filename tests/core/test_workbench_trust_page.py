"""A page of trust holds what she chose on the day she showed it, and nothing else of her books."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.documents import Entry, Shelf
from fanshare.core.workbench.entries import Cost, Deal, Invoice, Never, Post, Settings, Trusted
from fanshare.core.workbench.trust import share
from fanshare.core.workbench.trust_page import MOST, Shown, copied, document, read, values_of

TODAY = date(2026, 11, 28)
SETTINGS = Settings("EUR", limit=3_000, window=20)
#: What no page may hold unless she chose it.
BOOKS: tuple[Entry, ...] = (
    Deal("d", "CANARYdeal", TODAY, 777_000_000, 0, "blog"),
    Invoice("i", "CANARYinvoice", "CANARYpayer", 777_000_000, TODAY, TODAY),
    Cost("c", TODAY, 777_000_000, "travel", "CANARYcost"),
    Never("n1", "Gambling", "CANARYwhy"),
    Never("n2", "CANARYnever", "CANARYwhy"),
    *(Post(f"p{n}", TODAY - timedelta(days=n), "blog", "CANARYpost", "d" * (n % 3 == 0)) for n in range(40)),
)


def shelf(*more: Post) -> Shelf:
    return Shelf(SETTINGS, {one.id: one for one in (*BOOKS, *more)})


@given(
    name=st.text(max_size=20),
    ticked=st.sets(st.sampled_from(["n1", "gone"])),
    shares=st.booleans(),
    labels=st.text(max_size=30),
)
def test_nothing_is_copied_that_she_did_not_choose(name: str, ticked: set[str], shares: bool, labels: str) -> None:
    shown = copied(
        shelf(), Trusted(name, "Repair first\n\n  Linen  only ", ",".join(sorted(ticked)), labels, shares), TODAY
    )
    text = json.dumps(document(shown))
    assert "CANARY" not in text
    assert "777" not in text.replace(json.dumps(name), "").replace(json.dumps(labels), "")
    assert shown.values == ("Repair first", "Linen only")
    assert shown.nevers == (("Gambling",) if "n1" in ticked else ())
    assert (shown.all > 0) is shares
    assert read(json.loads(text)) == shown


def test_the_share_is_that_of_her_window_on_that_day_beside_her_limit() -> None:
    shown = copied(shelf(), Trusted(share=True), TODAY)
    assert shown.share == share(shelf().of(Post), TODAY, 20)
    assert (shown.paid, shown.all, shown.days, shown.limit) == (7, 20, 20, 3_000)
    assert copied(shelf(), Trusted(), TODAY).limit == 0, "no limit without what it is of"


def test_an_empty_choice_shows_nothing_and_a_name_alone_is_none() -> None:
    assert copied(shelf(), Trusted(), TODAY) == Shown(TODAY)
    assert copied(shelf(), Trusted("Cleo", nevers="gone"), TODAY).empty
    assert copied(Shelf(SETTINGS, {}), Trusted(share=True), TODAY).empty, "a share of nothing is not shown"


@pytest.mark.parametrize("text", ["x\n" * (MOST + 1), "y" * 301])
def test_what_is_too_long_for_a_page_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="twelve lines"):
        values_of(text)
