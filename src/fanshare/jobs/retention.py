"""What nobody needs any more goes: in the installation, and in each programme."""

from fanshare.core.instants import Instant
from fanshare.flows import (
    address_change,
    brand_letters,
    claim_papers,
    day_keys,
    funding_bills,
    joining,
    moving_uploads,
    outbox,
    passkeys,
    self_billing,
    sign_in,
)
from fanshare.jobs import drain, tell
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import dpi, tax_forms


def forget_old(conn: Connection, now: Instant) -> None:
    """Forget what is older than it is kept."""
    directory.recall(conn, now)
    sign_in.forget_old(conn, now)
    passkeys.forget_old(conn, now)
    address_change.forget_old(conn, now)
    outbox.forget_old(conn, now)
    day_keys.drop_old(conn, now)
    drain.forget_refused(conn, now)
    dpi.forget_old(conn, now)
    for tenant in directory.programmes(conn):
        access = Access(conn, tenant.id, "job:retention")
        tell.forget_old(access, now)
        joining.forget_old(access, now)
        brand_letters.forget_old(access, now)
        moving_uploads.forget_old(access, now)
        claim_papers.forget_old(access, now)
        self_billing.forget_old(access, now)
        funding_bills.forget_old(access, now)
        tax_forms.forget_old(access, now)
    directory.drop_deliveries_before(conn, max(0, now - day_keys.KEPT))
