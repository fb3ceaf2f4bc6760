"""Whose a share is, as a commitment: salts are derived from the key of the person concerned and stored nowhere.

Destroying a person's key (erasure) therefore destroys every salt of hers: the log still verifies, and nothing in it can
be opened as her any more. The commitment to an order has a salt from the programme's own key.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fanshare.core import commitments
from fanshare.core.leaf_of_part import Holder
from fanshare.core.positions import BUYER, CREATOR, FAN
from fanshare.core.settlement import Part
from fanshare.store.access import Access
from fanshare.store.vault import Sealer, Vault


@dataclass(slots=True)
class HolderBook:
    """The commitments of one programme.

    ``salts`` is the programme's salt key; ``connections`` maps connection ids to their public names (endpoints).
    """

    keys: Sealer
    salts: bytes
    connections: Mapping[int, str]
    _known: dict[int, tuple[str, bytes | None]] = field(default_factory=dict)

    def load(self, access: Access, parties: Iterable[int]) -> None:
        """Have the keys of some parties at hand, as they are now: an erasure in the meantime is seen."""
        self._known = Vault(access, self.keys).party_salts(parties)

    def public_id(self, party: int) -> str:
        """The random public id of a loaded party."""
        return self._known[party][0]

    def order(self, connection: int, external_id: str, creator: int) -> str:
        """The commitment to one creator's part of an order."""
        name, part = self.connections[connection], self.public_id(creator)
        return commitments.order_part(self.order_salt(connection, external_id, part), name, external_id, part)

    def order_salt(self, connection: int, external_id: str, part: str) -> bytes:
        """The salt of that commitment, for the statement of somebody who has a share in the part."""
        return commitments.derive_salt(self.salts, "order", self.connections[connection], external_id, part)

    def holders(self, part: Part, buyer_party: int | None, seq: int) -> dict[str, Holder]:
        """A commitment for every role that has a share, fresh with every settlement."""
        parties = {CREATOR: part.creator, FAN: part.fan, BUYER: buyer_party}
        amounts = part.shares._asdict()
        order = f"{self.connections[part.key.connection_id]}/{part.key.external_id}"
        creator = self.public_id(part.creator)
        return {
            role: Holder(party, self._who(party, order, creator, seq, role))
            for role, party in parties.items()
            if amounts[role] or role == CREATOR
        }

    def who_salt(self, party: int, order: str, creator: str, seq: int, role: str) -> bytes | None:
        """The salt that opens one share as a party's; ``None`` when her key is gone."""
        key = self._known[party][1]
        return None if key is None else commitments.derive_salt(key, "who", order, creator, str(seq), role)

    def _who(self, party: int | None, order: str, creator: str, seq: int, role: str) -> str:
        salt = None if party is None else self.who_salt(party, order, creator, seq, role)
        if party is None or salt is None:
            return commitments.who(os.urandom(commitments.SALT_BYTES), "nobody")
        return commitments.who(salt, self.public_id(party))
