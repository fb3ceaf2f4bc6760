"""The core's two inner loops: dividing a commission, and putting a leaf into the log."""

import hashlib
from functools import partial

from benchmarks.harness import Case
from fanshare.core.canonical import canonical
from fanshare.core.log import Frontier, leaf_hash
from fanshare.core.sharing import share

_LEAVES = [leaf_hash(number.to_bytes(8, "big")) for number in range(1_024)]
#: What is kept of a log of 1,000,000 leaves; which leaves they were makes no difference to the work.
_MILLION = Frontier(1_000_000, tuple(_LEAVES[: (1_000_000).bit_count()]))
_BLOCK = bytes(65)

#: As long as what is said about the shares of one order, commitments included.
_LEAF = {
    "kind": "settlement",
    "order": "1:1042",
    "pool": "7.080000",
    "shares": [{"role": role, "commitment": "5f" * 32} for role in ("creator", "fan", "buyer")],
    "terms": 3,
}


def _hash_block() -> bytes:
    return hashlib.sha256(_BLOCK).digest()


def _inline_share(pool: int = 7_080_000) -> tuple[int, int, int]:
    fan = pool * 2_000 // 10_000
    buyer = pool * 500 // 10_000
    return pool - fan - buyer, fan, buyer


CASES = [
    Case(
        "divide one commission among creator, fan and buyer",
        partial(share, 7_080_000, 2_000, 500, introduced=True, by_fan=True),
        "the bare arithmetic",
        _inline_share,
    ),
    Case(
        "append one leaf to a log of 1,000,000",
        partial(_MILLION.append, _LEAVES[0]),
        "SHA-256 of 65 bytes",
        _hash_block,
    ),
    Case(
        "append a leaf, in a batch of 1,024",
        partial(_MILLION.extend, _LEAVES),
        "SHA-256 of 65 bytes",
        _hash_block,
        operations=len(_LEAVES),
    ),
    Case(
        "write a settlement leaf as canonical JSON and hash it",
        lambda: leaf_hash(canonical(_LEAF)),
        "SHA-256 of 65 bytes",
        _hash_block,
    ),
]
