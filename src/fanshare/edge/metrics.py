"""Counting on the hot path with plain integers, and showing them to Prometheus when it asks."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Counts(Collector):
    """What the edge did since it started. One event loop writes; a scrape reads on the same loop."""

    def __init__(self) -> None:
        self.visits: Counter[str] = Counter()  # by verdict
        self.links: Counter[str] = Counter()  # answers without a redirect: unknown, unlabelled, broken
        self.hooks: Counter[str] = Counter()  # by outcome
        self.quarantined: Counter[str] = Counter()  # refused deliveries: kept or only counted
        self.lost_clicks = 0
        self.errors = 0
        self.hook_seconds = 0.0
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self._started = time.time()

    def collect(self) -> Iterator[Metric]:
        """The families in Prometheus's form."""
        yield _labelled("fanshare_edge_visits", "Visits of links by verdict.", "verdict", self.visits)
        yield _labelled("fanshare_edge_links_not_live", "Visits that led nowhere, by reason.", "reason", self.links)
        yield _labelled("fanshare_edge_hooks", "Webhook deliveries by outcome.", "outcome", self.hooks)
        yield _labelled("fanshare_edge_quarantine", "Deliveries with a wrong signature.", "fate", self.quarantined)
        yield _single("fanshare_edge_clicks_lost", "Clicks that could not be recorded.", self.lost_clicks)
        yield _single("fanshare_edge_errors", "Requests that met an unexpected error.", self.errors)
        yield SummaryMetricFamily(
            "fanshare_edge_hook_accept_seconds",
            "Time from a delivery's last byte to its answer.",
            count_value=self.hooks["accepted"],
            sum_value=self.hook_seconds,
        )
        yield GaugeMetricFamily("fanshare_edge_start_time_seconds", "When the edge started.", value=self._started)
        for name, (help_text, read) in self.gauges.items():
            yield GaugeMetricFamily(f"fanshare_edge_{name}", help_text, value=read())


def _labelled(name: str, help_text: str, label: str, values: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, help_text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _single(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(name, help_text, value=value)


def registry_of(counts: Counts) -> CollectorRegistry:
    """A registry that shows these counts; other collectors may be added to it."""
    registry = CollectorRegistry()
    registry.register(counts)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """The text that ``/metrics`` answers."""
    return generate_latest(registry)
