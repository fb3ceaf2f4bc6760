"""The log of a programme in PostgreSQL: leaves are appended in the transaction that makes what they speak of true.

``log_tree`` is locked by every append and must be the last lock a transaction takes: whoever holds it waits for nobody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fanshare.core import leaves, log
from fanshare.core.canonical import canonical
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.log import Frontier, NodeId
from fanshare.store.access import Access

#: Signs a checkpoint: (size, root, epoch) -> the signed note; ``LogSigner.sign_checkpoint`` is one.
type SignCheckpoint = Callable[[int, bytes, int, Sequence[str]], str]


_KEYS = "SELECT body::json->>'key' FROM log_leaf WHERE programme_id = %(programme_id)s AND kind = 'key'"
#: Leaves, the nodes over them and the tree at once: whoever holds the tree's lock keeps everybody else waiting.
_APPEND = """
WITH leaves AS (
    INSERT INTO log_leaf (programme_id, index, epoch, hash, kind, body)
    SELECT %(programme_id)s, %(first)s + n - 1, %(epoch)s, hash, kind, body
      FROM unnest(%(hashes)s::bytea[], %(kinds)s::text[], %(bodies)s::text[])
           WITH ORDINALITY AS leaf (hash, kind, body, n)
), nodes AS (
    INSERT INTO log_node (programme_id, level, index, hash)
    SELECT %(programme_id)s, level, index, hash
      FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[], %(nodes)s::bytea[]) AS node (level, index, hash)
)
UPDATE log_tree SET size = %(size)s, frontier = %(frontier)s WHERE programme_id = %(programme_id)s
"""


class Tree(NamedTuple):
    """The log as it stands: the epoch that appends now, and the frontier."""

    epoch: int
    frontier: Frontier


class Leaf(NamedTuple):
    """A leaf of the log before it has its place: its kind, its canonical JSON, and the hash of that."""

    kind: str
    text: bytes
    hash: bytes


def open_log(access: Access, at: Instant) -> None:
    """Begin the empty log of a new programme, in its epoch 1."""
    with access.transaction():
        _insert_epoch(access, Tree(1, Frontier()), "founded", at)
        access.execute("INSERT INTO log_tree (programme_id, size, frontier) VALUES (%(programme_id)s, 0, '{}')")


def open_epoch(access: Access, cause: str, at: Instant) -> int:
    """Go on after a restore from a backup: the next epoch opens with the restored size, root and cause.

    Returns the index of the leaf that says so.
    """
    with access.transaction():
        before = _locked(access)
        tree = Tree(before.epoch + 1, before.frontier)
        _insert_epoch(access, tree, cause, at)
        access.execute(
            "UPDATE log_tree SET epoch = %(epoch)s WHERE programme_id = %(programme_id)s", {"epoch": tree.epoch}
        )
        size, root = tree.frontier.size, tree.frontier.root()
        body = leaves.epoch(number=tree.epoch, restored_size=size, restored_root=root, cause=cause, at=at)
        return append(access, [body])


def append(access: Access, bodies: Sequence[Mapping[str, Any]]) -> int:
    """Append leaves in order and return the index of the first; the others follow without a gap.

    ``bodies`` are what ``fanshare.core.leaves`` builds. With an empty sequence this returns the size and locks nothing.
    """
    return append_written(access, written(bodies))


def written(bodies: Sequence[Mapping[str, Any]]) -> list[Leaf]:
    """Leaves as they are appended and hashed: what can be done before the log is locked."""
    texts = [canonical(body) for body in bodies]
    return [Leaf(str(body["kind"]), text, log.leaf_hash(text)) for body, text in zip(bodies, texts, strict=True)]


def append_written(access: Access, written: Sequence[Leaf]) -> int:
    """``append`` for what is written already."""
    if not written:
        return tree(access).frontier.size
    hashes = [leaf.hash for leaf in written]
    columns = {
        "hashes": access.written(hashes),
        "kinds": access.written([leaf.kind for leaf in written]),
        "bodies": access.written([leaf.text.decode() for leaf in written]),
    }
    with access.joined():
        epoch, frontier = _locked(access)
        grown, (_leaves, *inner) = frontier.grown(hashes)
        access.later(
            _APPEND,
            {
                **columns,
                "epoch": epoch,
                "first": frontier.size,
                "levels": [one.level for one in inner for _ in one.hashes],
                "indexes": [index for one in inner for index in range(one.first, one.first + len(one.hashes))],
                "nodes": [hash_ for one in inner for hash_ in one.hashes],
                "size": grown.size,
                "frontier": list(grown.hashes),
            },
        )
    return frontier.size


def logged_keys(access: Access) -> set[str]:
    """The signing keys (C2SP verifier keys) whose coming into use the log records."""
    return {row[0] for row in access.fetch(_KEYS)}


def tree(access: Access) -> Tree:
    """The log as it stands. Raises ``FanshareError`` (``no_log``) for a programme without one."""
    return _tree(access.fetch_one("SELECT epoch, size, frontier FROM log_tree WHERE programme_id = %(programme_id)s"))


def _locked(access: Access) -> Tree:
    return _tree(
        access.fetch_one(
            "SELECT epoch, size, frontier FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE"
        )
    )


def _tree(row: tuple[Any, ...] | None) -> Tree:
    if row is None:
        raise FanshareError("no_log", "This programme has no log; it was not founded as it must be.", 500)
    epoch, size, hashes = row
    return Tree(epoch, Frontier(size, tuple(map(bytes, hashes))))


def _insert_epoch(access: Access, tree: Tree, cause: str, at: Instant) -> None:
    access.execute(
        "INSERT INTO log_epoch (programme_id, epoch, restored_size, restored_root, cause, opened_at)"
        " VALUES (%(programme_id)s, %(epoch)s, %(size)s, %(root)s, %(cause)s, %(at)s)",
        {
            "epoch": tree.epoch,
            "size": tree.frontier.size,
            "root": tree.frontier.root(),
            "cause": cause,
            "at": at,
        },
    )


def root(access: Access, size: int | None = None) -> bytes:
    """The root of the first ``size`` leaves; of all of them by default."""
    if size is None:
        return tree(access).frontier.root()
    _check_size(access, size)
    source = node_source(access, log.frontier_nodes(size))
    return log.frontier_at(size, source).root()


def inclusions(access: Access, indexes: Iterable[int], size: int) -> dict[int, list[bytes]]:
    """The inclusion proofs of some leaves in the tree of ``size`` leaves, in two queries for all of them."""
    _check_size(access, size)
    wanted = sorted(set(indexes))
    plans = {index: log.inclusion_nodes(index, size) for index in wanted}
    needed = {node for plan in plans.values() for nodes in plan for node in nodes}
    source = node_source(access, needed)
    return {index: log.resolve(plan, source) for index, plan in plans.items()}


def inclusion(access: Access, index: int, size: int) -> list[bytes]:
    """The inclusion proof of one leaf in the tree of ``size`` leaves, nearest sibling first (RFC 9162)."""
    return inclusions(access, [index], size)[index]


def consistency(access: Access, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``new`` leaves begins with that of ``old`` leaves (RFC 9162)."""
    _check_size(access, new)
    source = node_source(access, [node for nodes in log.consistency_nodes(old, new) for node in nodes])
    return log.consistency_proof(old, new, source)


def bodies(access: Access, indexes: Iterable[int]) -> dict[int, str]:
    """The canonical JSON of some leaves, by index."""
    rows = access.fetch(
        "SELECT index, body FROM log_leaf WHERE programme_id = %(programme_id)s AND index = ANY(%(indexes)s::bigint[])",
        {"indexes": list(indexes)},
    )
    return dict(rows)


def write_checkpoint(access: Access, sign: SignCheckpoint, at: Instant) -> str:
    """Sign the log as it stands and keep the note. Returns the note.

    Nothing is signed twice: where neither size nor epoch has changed the newest note is returned.
    """
    with access.transaction():
        epoch, frontier = tree(access)
        newest = newest_checkpoint(access)
        if newest is not None and newest[:2] == (epoch, frontier.size):
            return newest[2]
        note = sign(frontier.size, frontier.root(), epoch, [f"signed {format_rfc3339(at)}"])
        access.execute(
            "INSERT INTO checkpoint (programme_id, epoch, size, root, note, signed_at)"
            " VALUES (%(programme_id)s, %(epoch)s, %(size)s, %(root)s, %(note)s, %(at)s)",
            {"epoch": epoch, "size": frontier.size, "root": frontier.root(), "note": note, "at": at},
        )
        return note


def newest_checkpoint(access: Access) -> tuple[int, int, str] | None:
    """Epoch, size and note of the checkpoint signed last, if there is one."""
    row = access.fetch_one(
        "SELECT epoch, size, note FROM checkpoint WHERE programme_id = %(programme_id)s"
        " ORDER BY epoch DESC, size DESC, id DESC LIMIT 1"
    )
    return None if row is None else (row[0], row[1], row[2])


def checkpoint_before(access: Access, until: Instant) -> tuple[int, str] | None:
    """Size and note of the newest checkpoint of the present epoch that was signed by an instant, if there is one."""
    row = access.fetch_one(
        "SELECT size, note FROM checkpoint WHERE programme_id = %(programme_id)s AND signed_at <= %(until)s"
        " AND epoch = (SELECT max(epoch) FROM checkpoint WHERE programme_id = %(programme_id)s)"
        " ORDER BY size DESC, id DESC LIMIT 1",
        {"until": until},
    )
    return None if row is None else (row[0], row[1])


def _check_size(access: Access, size: int) -> None:
    if size > (grown := tree(access).frontier.size):
        raise ConflictError("log_too_short", "The log has %(grown)s records, not %(size)s.", grown=grown, size=size)


def node_source(access: Access, needed: Iterable[NodeId]) -> log.NodeSource:
    """A lookup over the nodes that are needed, fetched at once."""
    ids = list(needed)
    hashes = _leaf_hashes(access, [index for level, index in ids if level == 0])
    hashes |= node_hashes(access, [node for node in ids if node[0] > 0])

    def source(level: int, index: int) -> bytes:
        try:
            return hashes[level, index]
        except KeyError:
            raise FanshareError(
                "log_damaged", "The log lacks node %(index)s of level %(level)s.", 500, index=index, level=level
            ) from None

    return source


def _leaf_hashes(access: Access, indexes: list[int]) -> dict[NodeId, bytes]:
    rows = access.fetch(
        "SELECT index, hash FROM log_leaf WHERE programme_id = %(programme_id)s AND index = ANY(%(indexes)s::bigint[])",
        {"indexes": indexes},
    )
    return {(0, index): bytes(hash_) for index, hash_ in rows}


def node_hashes(access: Access, ids: Sequence[NodeId]) -> dict[NodeId, bytes]:
    """The stored hashes of inner nodes; those that are missing are left out."""
    rows = access.fetch(
        "SELECT n.level, n.index, n.hash FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[]) AS k (level, index)"
        " JOIN log_node n ON n.level = k.level AND n.index = k.index WHERE n.programme_id = %(programme_id)s",
        {"levels": [level for level, _ in ids], "indexes": [index for _, index in ids]},
    )
    return {(level, index): bytes(hash_) for level, index, hash_ in rows}
