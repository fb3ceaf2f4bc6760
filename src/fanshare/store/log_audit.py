"""Re-reading a whole log: every leaf is hashed again, every node and the frontier is rebuilt from the leaves.

It runs in the memory of one batch, whatever the size of the log, and names the first record that does not fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fanshare.core import log
from fanshare.core.log import Frontier, Node
from fanshare.store import log_store
from fanshare.store.access import Access

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in the log that is not what the leaves make it: where, what is recorded, what was expected."""

    place: str
    recorded: str
    expected: str


def first_fault(access: Access) -> Fault | None:
    """The first fault of the log, in the order of its leaves, or ``None``.

    Found are: a changed, missing or added leaf; a changed, missing or added node; another size or frontier; a
    checkpoint or an epoch whose root is not that of its size. What this can't see is a log that was rewritten as a
    whole, checkpoints included: that is what checkpoints in other hands are for.
    """
    return next(_faults(access), None)


def _faults(access: Access) -> Iterator[Fault]:
    roots = _claimed_roots(access)
    frontier, nodes = Frontier(), 0
    yield from _root_fault(roots, frontier)
    while rows := _leaves(access, frontier.size):
        first, claims = frontier.size, list[Fault]()
        for index, hash_, body in rows:
            if index != frontier.size:
                yield Fault(f"leaf {frontier.size}", "missing", "a leaf")
                return
            found = log.leaf_hash(body.encode())
            if found != hash_:
                yield Fault(f"leaf {index}", hash_.hex(), found.hex())
                return
            frontier, made = frontier.extend((found,))
            nodes += len(made) - 1
            claims += _root_fault(roots, frontier)
        yield from _node_faults(access, first, [row[1] for row in rows])
        yield from claims  # after the nodes, which tell the place more closely
    yield from _whole_faults(access, frontier, nodes, roots)


def _leaves(access: Access, first: int) -> list[tuple[int, bytes, str]]:
    rows = access.fetch(
        "SELECT index, hash, body FROM log_leaf WHERE programme_id = %(programme_id)s AND index >= %(first)s"
        " ORDER BY index LIMIT %(batch)s",
        {"first": first, "batch": _BATCH},
    )
    return [(index, bytes(hash_), body) for index, hash_, body in rows]


def _node_faults(access: Access, first: int, hashes: list[bytes]) -> Iterator[Fault]:
    """Compare the stored nodes that these leaves completed."""
    before = log.frontier_at(first, log_store.node_source(access, log.frontier_nodes(first)))
    _, made = before.extend(hashes)
    expected = {(node.level, node.position): node for node in made if node.level > 0}
    stored = log_store.node_hashes(access, list(expected))
    for key, node in expected.items():
        if stored.get(key) != node.hash:
            yield _node_fault(node, stored.get(key))


def _node_fault(node: Node, stored: bytes | None) -> Fault:
    recorded = "missing" if stored is None else stored.hex()
    return Fault(f"node {node.position} of level {node.level}", recorded, node.hash.hex())


def _claimed_roots(access: Access) -> dict[int, list[tuple[str, bytes]]]:
    rows = access.fetch(
        "SELECT 'checkpoint ' || id, size, root FROM checkpoint WHERE programme_id = %(programme_id)s"
        " UNION ALL SELECT 'epoch ' || epoch, restored_size, restored_root FROM log_epoch"
        " WHERE programme_id = %(programme_id)s ORDER BY 1"
    )
    claimed: dict[int, list[tuple[str, bytes]]] = {}
    for place, size, root in rows:
        claimed.setdefault(size, []).append((place, bytes(root)))
    return claimed


def _root_fault(roots: dict[int, list[tuple[str, bytes]]], frontier: Frontier) -> Iterator[Fault]:
    for place, root in roots.pop(frontier.size, ()):
        if root != frontier.root():
            yield Fault(place, root.hex(), frontier.root().hex())


def _whole_faults(
    access: Access, frontier: Frontier, nodes: int, roots: dict[int, list[tuple[str, bytes]]]
) -> Iterator[Fault]:
    tree = log_store.tree(access).frontier
    if tree != frontier:
        yield Fault("tree", f"{tree.size} {tree.root().hex()}", f"{frontier.size} {frontier.root().hex()}")
    stored = access.value("SELECT count(*) FROM log_node WHERE programme_id = %(programme_id)s")
    if stored != nodes:
        yield Fault("nodes", str(stored), str(nodes))
    for size, claims in sorted(roots.items()):
        yield Fault(claims[0][0], f"{size} records", f"at most {frontier.size}")
