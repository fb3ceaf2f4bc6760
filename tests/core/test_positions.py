"""From a part to what each party holds, and whether a settlement says anything new."""

from dataclasses import replace

from fanshare.core.cumulative import Piece
from fanshare.core.facts import Ruling, RulingKind
from fanshare.core.instants import DAY, Instant
from fanshare.core.ledger import AccountKind, Placed, PositionKey
from fanshare.core.positions import essence, positions
from fanshare.core.settlement import Part, desired
from fanshare.core.terms import TermsBook
from tests.support.sales import EPOCH, UNIT, click, only, sale, terms_of

READY = EPOCH + 31 * DAY


def part(*rulings: Ruling, net: int = 59 * UNIT, now: Instant = EPOCH + 2 * DAY) -> Part:
    order = sale(1, EPOCH + DAY, net, [click(1, EPOCH, 1, 11)], buyer="anna", rulings=rulings)
    return only(desired(1, [order], TermsBook([terms_of()]), now))


def placed(found: Part, buyer: int | None = 7) -> dict[str, Placed]:
    return {key.role: standing.placed for key, standing in positions(found, buyer).items()}


def test_every_share_is_a_position_of_its_party() -> None:
    assert set(positions(part(), 7)) == {
        PositionKey(1, 1, 1, "creator"),
        PositionKey(1, 1, 11, "fan"),
        PositionKey(1, 1, 7, "buyer"),
    }
    assert {one.placed.bucket for one in positions(part(), 7).values()} == {AccountKind.PENDING}
    assert {one.matures_at for one in positions(part(), 7).values()} == {READY}


def test_a_share_of_nothing_is_no_position() -> None:
    assert positions(part(net=0), 7) == {}
    assert set(placed(part(net=20))) == {"creator"}


def test_a_part_that_is_ready_is_available() -> None:
    assert {one.bucket for one in placed(part(now=READY - 1)).values()} == {AccountKind.PENDING}
    assert {one.bucket for one in placed(part(now=READY)).values()} == {AccountKind.AVAILABLE}


def test_the_share_of_a_buyer_we_do_not_know_waits_unclaimed() -> None:
    found = placed(part(now=READY), None)
    assert found["buyer"] == Placed(AccountKind.UNCLAIMED, 354_000, "EUR")
    assert found["fan"] == Placed(AccountKind.AVAILABLE, 1_416_000, "EUR")


def test_a_hold_says_until_when_exactly_where_it_holds() -> None:
    hold = Ruling(1, RulingKind.HELD, "address", EPOCH, party=11, until=EPOCH + 90 * DAY)
    found = {key.role: one for key, one in positions(part(hold), 7).items()}
    assert found["fan"].placed.bucket is AccountKind.HELD
    assert {role: one.held_until for role, one in found.items()} == {
        "creator": None,
        "fan": EPOCH + 90 * DAY,
        "buyer": None,
    }


def test_one_person_in_two_roles_has_two_positions() -> None:
    """A fan who buys by her own link, and whose payment nobody could match."""
    found = positions(part(), 11)
    assert sorted(key.role for key in found if key.party == 11) == ["buyer", "fan"]


# -- what is worth telling


def told(found: Part, buyer: int | None = 7, *, estimated: bool = False) -> tuple[object, ...]:
    return essence(found, buyer, estimated=estimated)


def test_waiting_that_becomes_ready_is_no_news() -> None:
    assert part().ripe != part(now=READY).ripe
    assert told(part()) == told(part(now=READY))


def test_an_amount_a_reason_a_hold_and_a_person_are_news() -> None:
    hold = Ruling(1, RulingKind.HELD, "address", EPOCH, until=EPOCH + 90 * DAY)
    denied = Ruling(1, RulingKind.DENIED, "resold", EPOCH)
    plain = told(part())
    for other in (part(net=58 * UNIT), part(hold), part(denied)):
        assert told(other) != plain
    assert told(part(), None) != plain
    assert told(part(), estimated=True) != plain


def test_another_place_in_a_running_sum_is_no_news_while_the_amounts_are_the_same() -> None:
    sold = part()
    moved = replace(sold, caps=tuple(replace(step, pieces=(Piece(5, step.after),)) for step in sold.caps))
    assert moved != sold
    assert told(moved) == told(sold)
