"""What the creators of the world sign is what a form of the real thing takes."""

from datetime import date

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.tax.forms import FormKind, form
from fanshare.core.tax.tins import tin
from fanshare.world.residences import residence, tax_number
from fanshare.world.story import SMALL, generate


def test_every_creator_of_a_world_signs_a_form_that_is_taken() -> None:
    for one in generate(7, SMALL).creators:
        signed = form(FormKind.RESIDENCE, residence(one), date(2026, 11, 1))
        assert (signed.get("name"), signed.get("country")) == (one.name, "DE")


def test_no_two_have_one_number_and_each_stands_up_to_the_check() -> None:
    numbers = [tax_number(key) for key in (*range(5_000), 362_879)]
    assert len(set(numbers)) == len(numbers)
    assert [tin(one, "DE") for one in numbers] == numbers


def test_a_number_with_another_check_digit_is_refused() -> None:
    """The negative control: what takes every number would prove nothing above."""
    right = tax_number(41)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    with pytest.raises(BadInputError, match="no tax number"):
        tin(wrong, "DE")
