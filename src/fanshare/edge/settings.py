"""What can be tuned about an edge. Sizes in bytes, times in seconds."""

from dataclasses import dataclass, field

from fanshare.spool.writer import Limits


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """Defaults that hold for a laptop and for a mid-size programme on one small server."""

    #: Proxies in front whose ``X-Forwarded-For`` is believed, as addresses or networks.
    trusted_proxies: tuple[str, ...] = ()
    #: Who may read ``/metrics`` and the details of ``/readyz``.
    operator_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")

    header_deadline: float = 10.0
    max_header_bytes: int = 32 * 1024
    body_deadline: float = 10.0
    max_body: int = 1_000_000
    keep_alive: int = 5
    max_connections: int = 2_000
    #: Pages that are told at once when something moved; more are told to come again.
    live_pages: int = 500

    #: Deliveries being read, verified or synced at once: in all, per programme, and where sharing out begins.
    hooks_in_flight: int = 256
    hooks_per_programme: int = 64
    hooks_crowded: int = 128
    retry_after: int = 10

    #: Wrong signatures kept per endpoint and minute; what comes on top is only counted.
    refused_per_minute: int = 20
    refused_bytes_per_minute: int = 2_000_000

    #: Clicks stop being recorded while the disk has less than ``free_floor`` left, deliveries have a reserve.
    clicks: Limits = field(default_factory=lambda: Limits(quota=1 << 30, free_floor=256 << 20))
    hooks: Limits = field(default_factory=lambda: Limits(quota=2 << 30, reserve=32 << 20))
