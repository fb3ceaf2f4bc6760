"""RFC 6962 trees: published vectors, an independent implementation, and every proof of small trees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from fanshare.core.log import (
    EMPTY_ROOT,
    Frontier,
    LogError,
    NodeSource,
    consistency_proof,
    frontier_at,
    inclusion_nodes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

#: The leaves and roots that the Certificate Transparency project publishes for its Merkle tree tests.
VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def grow(leaves: list[bytes]) -> tuple[list[Frontier], NodeSource]:
    """The frontier after each size, and the stored nodes."""
    frontiers, nodes = [Frontier()], {}
    for leaf in leaves:
        frontier, new = frontiers[-1].append(leaf_hash(leaf))
        frontiers.append(frontier)
        nodes.update({(node.level, node.position): node.hash for node in new})
    return frontiers, lambda level, position: nodes[level, position]


MANY = [b"leaf %d" % number for number in range(300)]
FRONTIERS, SOURCE = grow(MANY)
ROOTS = [frontier.root() for frontier in FRONTIERS]


def test_the_published_roots_are_found() -> None:
    frontiers, _ = grow(VECTOR_LEAVES)
    assert [frontier.root().hex() for frontier in frontiers[1:]] == VECTOR_ROOTS
    assert tree_root(VECTOR_LEAVES).hex() == VECTOR_ROOTS[-1]


def test_the_empty_log_has_the_hash_of_nothing_as_root() -> None:
    assert Frontier().root() == EMPTY_ROOT == tree_root([])
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_published_inclusion_proofs_are_found() -> None:
    _, source = grow(VECTOR_LEAVES)
    assert [hash_.hex() for hash_ in inclusion_proof(0, 8, source)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [hash_.hex() for hash_ in inclusion_proof(1, 5, source)] == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_the_published_consistency_proofs_are_found() -> None:
    _, source = grow(VECTOR_LEAVES)
    assert [hash_.hex() for hash_ in consistency_proof(6, 8, source)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_an_independent_implementation_agrees_on_roots() -> None:
    tree = InmemoryTree(algorithm="sha256")
    for size, leaf in enumerate(MANY, 1):
        tree.append_entry(leaf)
        assert tree.get_root() == ROOTS[size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 64, 100])
def test_every_inclusion_proof_of_small_trees_holds_and_is_the_only_one(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(index, size, SOURCE)
        leaf = leaf_hash(MANY[index])
        assert verify_inclusion(leaf, index, size, proof, ROOTS[size])
        assert not verify_inclusion(leaf, index, size, [*proof, EMPTY_ROOT], ROOTS[size])
        assert not verify_inclusion(leaf, index, size, proof[:-1], ROOTS[size]) or size == 1
        assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, ROOTS[size])


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), st.data())
def test_inclusion_proofs_hold_and_no_flipped_bit_passes(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    proof = inclusion_proof(index, size, SOURCE)
    leaf = leaf_hash(MANY[index])
    assert verify_inclusion(leaf, index, size, proof, ROOTS[size])
    wrong = data.draw(st.integers(0, 300).filter(lambda other: other != index))
    assert not verify_inclusion(leaf, wrong, size, proof, ROOTS[size])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not verify_inclusion(leaf, index, size, proof, ROOTS[size])


@settings(max_examples=200)
@given(st.integers(0, 300), st.integers(0, 300), st.data())
def test_consistency_proofs_hold_and_no_other_history_passes(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    proof = consistency_proof(old, new, SOURCE)
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)
    if old:
        forged = [*MANY[: old - 1], b"rewritten", *MANY[old:new]]
        assert not verify_consistency(old, new, ROOTS[old], tree_root(forged), proof)
        assert not verify_consistency(old, new, tree_root(forged[:old]), ROOTS[new], proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], proof[:at] + proof[at + 1 :])


def test_an_honest_proof_made_for_a_rewritten_log_does_not_pass_for_the_old_one() -> None:
    frontiers, source = grow([b"rewritten", *MANY[1:20]])
    proof = consistency_proof(10, 20, source)
    assert verify_consistency(10, 20, frontiers[10].root(), frontiers[20].root(), proof)
    assert not verify_consistency(10, 20, ROOTS[10], frontiers[20].root(), proof)


@given(st.integers(0, 300), st.integers(0, 300))
def test_appending_in_batches_is_appending_one_by_one(one: int, other: int) -> None:
    old, new = sorted((one, other))
    frontier, nodes = FRONTIERS[old].extend(leaf_hash(leaf) for leaf in MANY[old:new])
    assert frontier == FRONTIERS[new]
    assert all(SOURCE(node.level, node.position) == node.hash for node in nodes)
    # Every subtree whose last leaf is among the new ones, and no other.
    complete = {
        (level, end >> level) for end in range(old, new) for level in range(10) if (end + 1) % (1 << level) == 0
    }
    assert sorted((node.level, node.position) for node in nodes) == sorted(complete)


@given(st.integers(0, 300))
def test_a_frontier_is_rebuilt_from_stored_nodes(size: int) -> None:
    assert frontier_at(size, SOURCE) == FRONTIERS[size]


def test_a_proof_needs_few_nodes() -> None:
    for size in range(1, 301):
        for index in (0, size // 2, size - 1):
            assert sum(map(len, inclusion_nodes(index, size))) <= 2 * size.bit_length()


def test_a_leaf_cannot_pass_as_an_inner_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_frontier_with_missing_hashes_is_refused() -> None:
    with pytest.raises(LogError):
        Frontier(3, (EMPTY_ROOT,))
    with pytest.raises(LogError):
        Frontier(1, (b"short",))


def test_a_log_that_shrank_or_never_was_is_the_beginning_of_none() -> None:
    root = ROOTS[4]
    assert verify_consistency(4, 2, root, root, []) is False
    assert verify_consistency(-1, 1, root, root, [root]) is False
    assert verify_consistency(3, 5, ROOTS[3], ROOTS[5], []) is False, "a proof of nothing"


def test_the_empty_log_begins_every_other_without_a_proof() -> None:
    assert verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], [ROOTS[1]])
    assert not verify_consistency(0, 5, ROOTS[1], ROOTS[5], [])


def test_a_proof_for_a_smaller_log_is_none_for_a_larger_one_that_claims_its_root() -> None:
    assert not verify_consistency(3, 8, ROOTS[3], ROOTS[4], consistency_proof(3, 4, SOURCE))
    leaf = leaf_hash(MANY[0])
    assert not verify_inclusion(leaf, 0, 8, inclusion_proof(0, 4, SOURCE), ROOTS[4])
    assert root_from_inclusion(leaf, 0, 4, [*inclusion_proof(0, 4, SOURCE), EMPTY_ROOT]) is None


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(LogError):
        inclusion_proof(5, 5, SOURCE)
    with pytest.raises(LogError):
        consistency_proof(6, 5, SOURCE)
