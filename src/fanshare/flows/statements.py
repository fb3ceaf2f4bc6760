"""Make a party's statement: every line with its proof, opened for her alone, sealed by the log's key."""

from collections.abc import Mapping, Sequence
from typing import Any

from fanshare.core import commitments
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.statement import Entry, EpochProof, Past, StatementData, document, order_opening, payout_opening
from fanshare.flows import gift_records, openings
from fanshare.flows.context import Programme
from fanshare.flows.holders import HolderBook
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import statements
from fanshare.store.queries.statements import Leaf, Ordered
from fanshare.store.signing import LogSigner


def make_statement(
    programme: Programme,
    tenant: Tenant,
    signer: LogSigner,
    party: int,
    now: Instant,
    *,
    older_size: int | None = None,
    until: Instant | None = None,
) -> dict[str, Any]:
    """The statement of one party as of ``now``, from the beginning.

    ``older_size`` is the size of the log in a statement she already has: then the new one proves that the log has only
    grown since. With ``until`` it ends with the newest checkpoint signed by then, so that it does not tell what
    happened since; where there is none it is as of ``now``. Raises ``BadInputError`` (``unknown_party``).
    """
    access = programme.access
    with access.transaction():
        known = statements.party(access, party)
        if known is None:
            raise BadInputError("unknown_party", "There is no such creator or fan in this programme.", 404)
        size, note, as_of = _checkpoint(access, signer, now, until)
        data = StatementData(
            programme_id=tenant.public_id,
            programme_name=tenant.name,
            party_id=known[0],
            role=known[1],
            opened_at=None,
            as_of=as_of,
            zone=tenant.time_zone,
            checkpoint=note,
            keys=[str(key) for key in signer.keys],
            rotations=signer.rotations,
            lines=_lines(programme, party, size),
            payouts=_payouts(programme, party, size),
            moved=openings.entries(programme, party, size),
            gifts=gift_records.entries(programme, party, size),
            epochs=_epochs(programme, size),
            consistency=None if older_size is None else (older_size, log_store.consistency(access, older_size, size)),
        )
    return signer.seal(document(data))


def _checkpoint(access: Access, signer: LogSigner, now: Instant, until: Instant | None) -> tuple[int, str, Instant]:
    """Up to which size of the log a statement speaks, the signed note of it, and as of when."""
    found = None if until is None else log_store.checkpoint_before(access, until)
    if found is not None and until is not None:
        return (*found, until)
    note = log_store.write_checkpoint(access, signer.sign_checkpoint, now)
    newest = log_store.newest_checkpoint(access)
    assert newest is not None
    return newest[1], note, now


def _lines(programme: Programme, party: int, size: int) -> list[Entry]:
    access, holders = programme.access, programme.holders
    chains = statements.chains(access, party, size)
    holders.load(access, {party} | {creator for _, creator in chains})
    names = statements.orders(access, {order for order, _ in chains})
    proofs = log_store.inclusions(access, [chain[0].place for chain in chains.values()], size)
    entries = []
    for (order, creator), chain in chains.items():
        salts = [_open_shares(holders, party, names[order], creator, leaf.body) for leaf in chain]
        if not any(salts):
            continue
        name, part = names[order], holders.public_id(creator)
        salt = holders.order_salt(name.connection_id, name.external_id, part)
        entries.append(
            _entry(
                chain,
                proofs[chain[0].place],
                order_opening(holders.connections[name.connection_id], name.external_id, part, salt),
                salts,
            )
        )
    return entries


def _open_shares(
    holders: HolderBook, party: int, order: Ordered, creator: int, body: Mapping[str, Any]
) -> dict[str, bytes]:
    """The salts that open this party's shares in one settlement, by role."""
    name = f"{holders.connections[order.connection_id]}/{order.external_id}"
    found = {}
    for share in body["shares"]:
        salt = holders.who_salt(party, name, holders.public_id(creator), body["seq"], share["role"])
        if salt is not None and commitments.who(salt, holders.public_id(party)) == share["who"]:
            found[share["role"]] = salt
    return found


def _payouts(programme: Programme, party: int, size: int) -> list[Entry]:
    access = programme.access
    chains = statements.payouts(access, party, size)
    key = programme.vault.party_salts([party])[party][1]
    if key is None:
        return []
    proofs = log_store.inclusions(access, [chain[0].place for chain in chains.values()], size)
    return [
        _entry(
            chain,
            proofs[chain[0].place],
            payout_opening(str(payout), commitments.derive_salt(key, "payout", str(payout))),
            [
                {"payee": commitments.derive_salt(key, "payout who", str(payout), str(leaf.body["seq"]))}
                for leaf in chain
            ],
        )
        for payout, chain in chains.items()
    ]


def _entry(
    chain: Sequence[Leaf], proof: Sequence[bytes], opens: Mapping[str, str], salts: Sequence[Mapping[str, bytes]]
) -> Entry:
    return Entry(
        index=chain[0].place,
        body=chain[0].body,
        proof=proof,
        opens=opens,
        salts=salts[0],
        history=[Past(leaf.body, salt) for leaf, salt in zip(chain[1:], salts[1:], strict=True)],
    )


def _epochs(programme: Programme, size: int) -> list[EpochProof]:
    access = programme.access
    found = statements.epochs(access, size)
    proofs = log_store.inclusions(access, [leaf.place for leaf in found], size) if found else {}
    return [
        EpochProof(
            leaf.place,
            leaf.body,
            proofs[leaf.place],
            log_store.consistency(access, int(leaf.body["restored_size"]), size),
        )
        for leaf in found
    ]
