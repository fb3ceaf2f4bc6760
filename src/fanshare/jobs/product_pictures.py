"""Fetch the pictures of products, draw them anew, keep the copy: never while somebody waits for a page.

What can't be had is tried again, later each time, and then given up with a reason that the brand's page shows; what is
no picture is given up at once. A fetch happens outside every transaction, and a crash leaves only a lease behind.
"""

import time
from collections.abc import Callable

import structlog

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.flows import pictures
from fanshare.integrations.outgoing.fetch import Fetcher, NotFetchedError
from fanshare.store.access import Access
from fanshare.store.queries import product_pictures
from fanshare.store.queries.product_pictures import Wanted

log = structlog.get_logger(__name__)

#: How long after each failure it is tried again; after the last one never.
WAITS = (MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY)
LEASE = 2 * MINUTE
#: Seconds that one programme may take before the others get their turn. A picture is always finished.
PATIENCE = 1.0
#: The longest side of a copy: they stand several in a row.
SIDE = 600


def fetch_pictures(
    access: Access, fetcher: Fetcher, clock: Callable[[], Instant], *, patience: float = PATIENCE
) -> int:
    """Fetch what is due in a programme, as far as its turn lasts; returns how many were tried."""
    end, tried = time.monotonic() + patience, 0
    while time.monotonic() < end:
        wanted = product_pictures.claim(access, clock(), clock() + LEASE)
        if wanted is None:
            break
        _fetch(access, fetcher, wanted, clock)
        tried += 1
    return tried


def _fetch(access: Access, fetcher: Fetcher, wanted: Wanted, clock: Callable[[], Instant]) -> None:
    try:
        drawn = pictures.redrawn(fetcher.fetch(wanted.url), side=SIDE)
    except BadInputError as error:
        product_pictures.failed(access, wanted, error.message, None)
    except NotFetchedError as error:
        last = error.for_good or wanted.tries >= len(WAITS)
        product_pictures.failed(access, wanted, error.message, None if last else clock() + WAITS[wanted.tries])
        log.info("picture_not_fetched", product=wanted.product, tries=wanted.tries + 1, given_up=last)
    else:
        product_pictures.keep(access, wanted, pictures.name(), drawn, clock())
