"""The other leaves, and the road from a settled part to its leaf."""

import random
from dataclasses import replace

import pytest

from fanshare.core import commitments, leaves
from fanshare.core.canonical import canonical, parse_canonical, parse_json
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.leaf_of_part import Holder, settlement_of
from fanshare.core.recompute import check_shares
from fanshare.core.settlement import Part
from fanshare.core.settlement_leaf import Settlement, body_hash, leaf_bytes, parse_settlement
from fanshare.verifier import fanshare_verify
from tests.support.worlds import EPOCH, Books, World

HASH, OTHER = "ab" * 32, "cd" * 32
NOW: Instant = 20_600 * DAY + 22 * HOUR


def every_leaf() -> list[dict[str, object]]:
    return [
        leaves.payout(payout=HASH, seq=1, previous=None, currency="EUR", amount=1, state="paid", at=NOW, who=OTHER),
        leaves.order_state(order=HASH, state=OTHER, accepted_at=NOW),
        leaves.terms(version=2, hash_=HASH, effective_at=NOW + 30 * DAY, published_at=NOW),
        leaves.clicks_of_day(link=HASH, day="2026-05-27", count=3, root=OTHER),
        leaves.link(link=HASH, owner=OTHER, creator=OTHER, state="live", since=NOW),
        leaves.code(code=HASH, owner=OTHER, creator=OTHER, state="live", since=NOW),
        leaves.ruling(ruling=HASH, verb="held", reason="shared", until=None, at=NOW),
        leaves.close(period="2026-05", at=NOW, orders=7, sealed="ab" * 32),
        leaves.choice(creator="cd" * 32, link=None, fan_bps=2500, since=NOW),
        leaves.connection_day(
            connection="woo-1", day="2026-05-27", accepted=9, refused=1, parked=0, off_seconds=0, blind=HASH
        ),
        leaves.epoch(number=2, restored_size=5, restored_root=bytes(32), cause="disk lost", at=NOW),
        leaves.key(key="a+b+c", replaces=None, at=NOW),
    ]


def test_every_leaf_has_a_kind_of_its_own_and_a_canonical_form() -> None:
    bodies = every_leaf()
    assert len({str(body["kind"]) for body in bodies}) == len(bodies)
    for body in bodies:
        assert parse_canonical(leaf_bytes(body)) == body


def test_two_different_leaves_have_different_hashes() -> None:
    assert len({body_hash(body) for body in every_leaf()}) == len(every_leaf())


@pytest.mark.parametrize(
    ("seq", "previous", "amount", "state"),
    [(1, HASH, 1, "paid"), (2, None, 1, "paid"), (0, None, 1, "paid"), (1, None, 0, "paid"), (1, None, 1, "lost")],
)
def test_a_payout_that_cannot_be_is_not_written(seq: int, previous: str | None, amount: int, state: str) -> None:
    with pytest.raises(ValueError, match="payout"):
        leaves.payout(
            payout=HASH, seq=seq, previous=previous, currency="EUR", amount=amount, state=state, at=NOW, who=OTHER
        )


def test_a_document_has_one_hash_whatever_the_order_of_its_keys() -> None:
    assert leaves.document_hash({"a": 1, "b": 2}) == leaves.document_hash({"b": 2, "a": 1})
    assert leaves.document_hash({"a": 1}) != leaves.document_hash({"a": 2})


# -- from settled parts


def parts_of(seed: int) -> list[Part]:
    """Every part of a random world after all its deliveries, partly closed, as the fold settles it."""
    world = World.random(seed)
    dice = random.Random(seed)
    books = Books(world, EPOCH + dice.randint(30, 200) * DAY)
    for order_id, state in world.deliveries:
        books.accept(order_id, state)
        if dice.random() < 0.3:
            books.close_all()
    books.settle_all()
    return [replace(part, terms=replace(part.terms, hash="7e" * 32)) for part in books.posted.values()]


def logged(part: Part) -> Settlement:
    roles = {"creator": part.creator, "fan": part.fan, "buyer": None}
    holders = {role: Holder(party, commitments.who(bytes(32), str(party))) for role, party in roles.items()}
    return settlement_of(part, order=HASH, seq=1, previous=None, holders=holders)


def test_every_settled_part_is_recomputed_from_its_leaf_alone_by_both_verifiers() -> None:
    seen = 0
    for seed in range(60):
        for part in parts_of(seed):
            settlement = logged(part)
            check_shares(settlement)
            body = parse_json(canonical(settlement.body()))
            assert parse_settlement(body) == settlement
            assert isinstance(body, dict)
            assert fanshare_verify.recompute(body) == part.shares._asdict()
            seen += bool(part.pool)
    assert seen > 60


def test_a_leaf_says_in_which_bucket_each_share_is_and_until_when() -> None:
    for seed in range(100, 130):
        for part in parts_of(seed):
            for share in logged(part).shares:
                assert (share.held_until is not None) == (share.bucket == "held")
                assert share.matures_at == part.matures_at


def test_a_share_with_money_needs_a_holder() -> None:
    part = next(part for seed in range(50) for part in parts_of(seed) if part.shares.creator)
    with pytest.raises(KeyError):
        settlement_of(part, order=HASH, seq=1, previous=None, holders={})


def test_a_reason_in_a_persons_own_words_does_not_reach_the_log() -> None:
    part = next(part for seed in range(50) for part in parts_of(seed))
    assert logged(replace(part, denied="Finn Meyer bought it himself", hold=None)).reasons == ("denied",)
    assert logged(replace(part, denied="own_purchase", hold=None)).reasons == ("own_purchase",)
