"""Stage 1: whose sale an order is, from its own evidence, its payer and the rulings about it."""

from dataclasses import replace
from fractions import Fraction

import pytest

from fanshare.core.crediting import creators_of, credit_order
from fanshare.core.facts import OrderFacts, Ruling, RulingKind
from fanshare.core.instants import DAY
from fanshare.core.terms import Policy, Terms, TermsBook
from fanshare.core.touches import Skip, Touch
from tests.support.sales import EPOCH, UNIT, click, sale, terms_of, typed

LAST = terms_of(policy=Policy.LAST)
PAID = EPOCH + DAY


def order(*touches: Touch, **changes: object) -> OrderFacts:
    return replace(sale(1, PAID, 10 * UNIT, touches, buyer="anna"), **changes)  # type: ignore[arg-type]


def parts(facts: OrderFacts, terms: Terms = LAST) -> dict[int, tuple[Fraction | int, int]]:
    """Per creator her fraction and whose link or code decided."""
    return {
        who: (credit.fraction, credit.touch.owner)
        for who, credit in credit_order(facts, TermsBook([terms])).credits.items()
    }


def test_without_evidence_nobody_earns() -> None:
    assert parts(order()) == {}


# -- own evidence


def test_own_evidence_is_skipped_and_the_next_valid_evidence_decides() -> None:
    facts = order(click(1, EPOCH, 1), click(2, EPOCH + 1, 2, 12), payers=((12, 0),))
    assert parts(facts) == {1: (1, 1)}
    assert parts(replace(facts, payers=())) == {2: (1, 12)}


def test_where_nothing_else_decides_the_sale_is_the_creators_without_fan_and_buyer() -> None:
    facts = order(click(1, EPOCH, 1, 11), payers=((11, 0),))
    assert parts(facts) == {1: (1, 1)}
    crediting = credit_order(facts, TermsBook([LAST]))
    assert [reason for _, reason in crediting.judged.skipped] == [Skip.OWN_PURCHASE]
    assert not crediting.credits[1].touch.by_fan


def test_a_creator_earns_nothing_on_her_own_purchase() -> None:
    assert parts(order(click(1, EPOCH, 1), payers=((1, 0),))) == {}
    assert parts(order(click(1, EPOCH, 1, 11), payers=((1, 0),))) == {}


def test_a_payer_known_only_after_the_share_was_ready_does_not_count() -> None:
    touch = click(1, EPOCH, 1, 11)
    ready = PAID + LAST.hold
    assert parts(order(touch, payers=((11, ready),))) == {1: (1, 1)}
    assert parts(order(touch, payers=((11, ready + 1),))) == {1: (1, 11)}


def test_the_share_of_a_shipped_order_is_ready_after_its_hold() -> None:
    touch = click(1, EPOCH, 1, 11)
    facts = order(touch, payers=((11, PAID + 5 * DAY + LAST.hold),))
    shipped = replace(facts, view=replace(facts.view, fulfilled_at=PAID + 5 * DAY))
    assert parts(facts) == {1: (1, 11)}
    assert parts(shipped) == {1: (1, 1)}


# -- what is visible


@pytest.mark.parametrize("policy", [Policy.LINEAR, Policy.POSITION, Policy.DECAY])
def test_where_one_click_id_is_visible_a_splitting_policy_becomes_last(policy: Policy) -> None:
    facts = order(click(1, EPOCH, 1), typed("MIA", PAID, 2))
    seen = replace(facts, view=replace(facts.view, evidence=replace(facts.view.evidence, whole_path=False)))
    assert parts(seen, replace(LAST, policy=policy)) == {2: (1, 2)}
    assert set(parts(facts, replace(LAST, policy=policy))) == {1, 2}


def test_two_visible_click_ids_can_be_split() -> None:
    facts = order(click(1, EPOCH, 1), click(2, EPOCH + 1, 2))
    seen = replace(facts, view=replace(facts.view, evidence=replace(facts.view.evidence, whole_path=False)))
    assert parts(seen, replace(LAST, policy=Policy.LINEAR)) == {1: (Fraction(1, 2), 1), 2: (Fraction(1, 2), 2)}


def test_the_terms_in_force_when_the_order_was_placed_give_policy_and_window() -> None:
    book = TermsBook([LAST, replace(LAST, version=2, effective_at=PAID, policy=Policy.FIRST, window=2 * DAY)])
    facts = order(click(1, EPOCH, 1), click(2, EPOCH + 1, 2))
    assert set(credit_order(facts, book).credits) == {1}
    old = order(click(1, EPOCH - 2 * DAY, 1), click(2, EPOCH + 1, 2))
    assert set(credit_order(old, book).credits) == {2}


# -- rulings


def reassigned(to: int, *, of: int | None = None, owner: int | None = None, number: int = 1) -> Ruling:
    return Ruling(number, RulingKind.REASSIGNED, "agreed", PAID, creator=of, to_creator=to, to_owner=owner)


LINEAR = replace(LAST, policy=Policy.LINEAR)
SPLIT = (click(1, EPOCH, 1), click(2, EPOCH + 1, 2))


def test_a_whole_order_can_be_given_to_somebody_else() -> None:
    assert parts(order(*SPLIT, rulings=(reassigned(3),)), LINEAR) == {3: (1, 3)}


def test_a_part_can_be_given_to_somebody_who_has_one_already() -> None:
    assert parts(order(*SPLIT, rulings=(reassigned(2, of=1),)), LINEAR) == {2: (1, 2)}


def test_a_part_that_nobody_has_cannot_be_given_away() -> None:
    assert parts(order(*SPLIT, rulings=(reassigned(3, of=9),)), LINEAR) == {
        1: (Fraction(1, 2), 1),
        2: (Fraction(1, 2), 2),
    }


def test_an_order_without_evidence_can_be_given_to_a_creator_and_her_fan() -> None:
    assert parts(order(rulings=(reassigned(1, owner=11),))) == {1: (1, 11)}
    assert parts(order(rulings=(reassigned(1, of=1, owner=11),))) == {1: (1, 11)}


def test_rulings_are_read_in_the_order_they_were_made() -> None:
    rulings = (reassigned(3, number=2), reassigned(2, number=1))
    assert parts(order(*SPLIT, rulings=rulings), LINEAR) == {3: (1, 3)}
    assert parts(order(*SPLIT, rulings=rulings[::-1]), LINEAR) == {3: (1, 3)}


def test_a_ruling_moves_credit_and_never_makes_any() -> None:
    for rulings in ((reassigned(2, of=1),), (reassigned(3, of=2), reassigned(1, of=3, number=2)), (reassigned(1),)):
        assert sum(fraction for fraction, _ in parts(order(*SPLIT, rulings=rulings), LINEAR).values()) == 1


def test_a_denial_is_kept_beside_the_credit_it_denies() -> None:
    denied = Ruling(1, RulingKind.DENIED, "resold", PAID, creator=1)
    crediting = credit_order(order(*SPLIT, rulings=(denied,)), TermsBook([LINEAR]))
    assert (crediting.denial(1), crediting.denial(2)) == ("resold", "")
    everybody = replace(denied, creator=None)
    crediting = credit_order(order(*SPLIT, rulings=(everybody,)), TermsBook([LINEAR]))
    assert (crediting.denial(1), crediting.denial(2)) == ("resold", "resold")


def test_an_order_is_in_the_scope_of_everybody_whose_evidence_it_carries() -> None:
    facts = order(click(1, EPOCH - 400 * DAY, 3), *SPLIT, rulings=(reassigned(4),))
    assert creators_of(facts, credit_order(facts, TermsBook([LAST]))) == {1, 2, 3, 4}
