"""An order is found by its number as people type it, and never guessed where two match."""

import random

import pytest

from fanshare.core.claims import bare, same_number
from fanshare.core.errors import BadInputError
from fanshare.flows import rulings
from fanshare.flows.accept import Shop
from fanshare.store.access import Access
from tests.flows.test_payout_runs import story
from tests.support.effort import effort
from tests.support.pg_books import add_shop
from tests.support.stories import NOW, Story

__all__ = ["story"]
_OWN = """
SELECT id FROM shop_order
 WHERE programme_id = %(programme_id)s AND external_id = %(number)s AND connection_id = %(shop)s
"""


def told(story: Story, number: str, shop: Shop | None = None) -> int:
    """An order of a shop under a number; returns its id."""
    usual, story.shop = story.shop, shop or story.shop
    try:
        at = own(story.access, number, story.shop)
        return at if at is not None else sold(story, number)
    finally:
        story.shop = usual


def sold(story: Story, number: str) -> int:
    try:
        return story.sold(number, 1_000_000, now=NOW)
    except BadInputError as error:
        assert error.code == "several_orders"  # noqa: PT017 - it is there, and its number fits another one too
        found = own(story.access, number, story.shop)
        assert found is not None
        return found


def own(access: Access, number: str, shop: Shop) -> int | None:
    found: int | None = access.value(_OWN, {"number": number, "shop": shop.connection_id})
    return found


def refused(story: Story, number: str) -> tuple[str, str]:
    with pytest.raises(BadInputError) as caught:
        rulings.find_order(story.access, number)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize("typed", ["EN-1001", "en-1001", "#EN-1001", " # eN-1001 \n", "\tEN-1001", "##en-1001"])
def test_case_blanks_and_a_sign_before_it_make_no_difference(story: Story, typed: str) -> None:
    made = told(story, "EN-1001")
    told(story, "EN-10010")
    assert rulings.find_order(story.access, typed) == made
    assert rulings.find_order(story.access, f"{story.shop.public_id.upper()}/{typed.strip()}") == made
    for other in ("EN-100", "EN 1001", "", "#", f"{story.shop.public_id}/", f"{story.shop.public_id}/#"):
        assert refused(story, other)[0] == "unknown_order", other


def test_a_shop_that_writes_the_sign_into_its_ids_is_found_without_it(story: Story) -> None:
    made = told(story, "#7001")
    for typed in ("7001", "#7001", " 7001 "):
        assert rulings.find_order(story.access, typed) == made


def test_two_that_match_are_never_guessed_and_both_are_named(story: Story) -> None:
    other = add_shop(story.access)
    first, second = told(story, "AB-1"), told(story, "ab-1", other)
    for typed in ("AB-1", "ab-1", "Ab-1"):
        code, said = refused(story, typed)
        assert code == "several_orders"
        assert f"{story.shop.public_id}/{typed}" in said
        assert f"{other.public_id}/{typed}" in said
    assert rulings.find_order(story.access, f"{story.shop.public_id}/AB-1") == first
    assert rulings.find_order(story.access, f"{other.public_id}/Ab-1") == second


def test_in_one_shop_the_exact_spelling_goes_first_and_any_other_one_is_a_guess(story: Story) -> None:
    upper, lower = told(story, "CD-1"), told(story, "cd-1")
    assert rulings.find_order(story.access, "CD-1") == upper
    assert rulings.find_order(story.access, " #cd-1") == lower
    code, said = refused(story, "Cd-1")
    assert code == "several_orders"
    assert f"{story.shop.public_id}/CD-1" in said
    assert f"{story.shop.public_id}/cd-1" in said
    signed, plain = told(story, "#8001"), told(story, "8001")
    assert signed != plain
    assert refused(story, "#8001")[0] == "several_orders"
    assert rulings.find_order(story.access, "8001") == plain


@pytest.mark.soak_sized
def test_what_is_found_is_always_the_same_number_and_the_only_one_or_spelled_like_it(story: Story) -> None:
    chance = random.Random(209)
    outcomes = set()
    for _ in range(effort(60)):
        written = "".join(chance.choices("aAb1#- ", k=chance.randint(1, 3)))
        if bare(written):
            told(story, written)
        typed = written.swapcase() if chance.random() < 0.5 else written
        known: dict[str, int] = dict(
            story.access.fetch("SELECT external_id, id FROM shop_order WHERE programme_id = %(programme_id)s")
        )
        fits = [one for one in known if bare(typed) and same_number(one, typed)]
        exact = {one for one in fits if one in (typed.strip(), bare(typed))}
        if len(fits) == 1 or len(exact) == 1:
            (only,) = exact or fits
            assert rulings.find_order(story.access, typed) == known[only], (typed, fits)
        else:
            assert refused(story, typed)[0] == ("several_orders" if fits else "unknown_order"), (typed, fits)
        outcomes.add(min(2, len(fits)) + 3 * (len(exact) == 1))
    assert {0, 1, 2} <= outcomes, "the chances are good enough to meet none, one and several"
