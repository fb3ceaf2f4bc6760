"""The weekly mail: each party with an address is told the newest checkpoint of her programme, unless she said no.

Her mailbox is the witness: what she was told can't be taken back. Whom to tell is found in the database, once a week
each; the mail itself waits in the outbox under a key of party and tree size, so that nobody is told the same twice.
"""

from dataclasses import dataclass

from fanshare.config.keys import Keys
from fanshare.core.instants import DAY, Instant
from fanshare.flows import outbox
from fanshare.flows.letters import Seal
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.vault import Vault

WEEK = 7 * DAY
AT_ONCE = 500

_DUE = """
SELECT p.id, coalesce(c.told_at, 0) FROM party p
  JOIN vault_item v ON v.programme_id = p.programme_id AND v.person_id = p.person_id AND v.kind = 'email'
  LEFT JOIN mail_choice c ON c.programme_id = p.programme_id AND c.party_id = p.id
 WHERE p.programme_id = %(programme_id)s AND p.kind IN ('creator', 'fan') AND p.erased_at IS NULL
   AND c.stopped_at IS NULL AND coalesce(c.told_at, 0) <= %(before)s AND coalesce(c.told_size, -1) <> %(size)s
 ORDER BY p.id LIMIT %(most)s
"""
_TOLD = """
INSERT INTO mail_choice (programme_id, party_id, told_at, told_size)
SELECT %(programme_id)s, party, %(now)s, %(size)s FROM unnest(%(parties)s::bigint[]) AS told (party)
ON CONFLICT (programme_id, party_id) DO UPDATE SET told_at = excluded.told_at, told_size = excluded.told_size
"""
_WHOM = """
SELECT p.person_id, coalesce(p.display_name, ''), coalesce(c.language, ''), p.kind, c.stopped_at IS NOT NULL
  FROM party p LEFT JOIN mail_choice c ON c.programme_id = p.programme_id AND c.party_id = p.id
 WHERE p.programme_id = %(programme_id)s AND p.id = %(party)s AND p.erased_at IS NULL
"""
_SEAL = """
SELECT size, note, signed_at FROM checkpoint WHERE programme_id = %(programme_id)s
 ORDER BY epoch DESC, size DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail goes to; ``language`` is empty where she chose none."""

    address: str
    name: str
    language: str
    kind: str


def plan(access: Access, keys: Keys, now: Instant) -> int:
    """Put the mails that are due into the outbox, at most ``AT_ONCE``; how many."""
    newest = log_store.newest_checkpoint(access)
    if newest is None:
        return 0
    epoch, size, _ = newest
    with access.transaction():
        wanted = {"before": max(0, now - WEEK), "size": size, "most": AT_ONCE}
        due = access.fetch(_DUE, wanted)
        for party, told_at in due:
            key = f"{access.programme_id}/{party}/{epoch}/{size}"
            content = {"programme": access.programme_id, "party": party, "since": told_at, "until": now}
            outbox.put(access.conn, keys, outbox.CHECKPOINT, key, content, now)
        access.execute(_TOLD, {"parties": [row[0] for row in due], "size": size, "now": now})
    return len(due)


def recipient(access: Access, keys: Keys, party: int, *, even_if_stopped: bool = False) -> Recipient | None:
    """Who she is at this moment; ``None`` when she was erased, has no address or said no meanwhile."""
    row = access.fetch_one(_WHOM, {"party": party})
    if row is None or row[0] is None or (row[4] and not even_if_stopped):
        return None
    address = Vault(access, keys).get(row[0], "email")
    return None if address is None else Recipient(address.decode(), *row[1:4])


def newest_seal(access: Access, tenant: Tenant) -> Seal | None:
    """The newest checkpoint, as the mail shows it."""
    row = access.fetch_one(_SEAL)
    return None if row is None else Seal(tenant.name, *row)
