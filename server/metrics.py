"""Metrics for Prometheus, and the route `/metrics`."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address
from secrets import compare_digest
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from database.connection import Database
from server.feed_progress import FeedProgress
from server.recorder import Recorder
from server.refusals import RefusalError
from server.wire import UNREAD

PREFIX: Final = "learner_tracking"
OTHER: Final = "other"
"""The label of operations without a persisted document, so that labels stay few."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_BY_PROXIES: Final = frozenset({
    *("forwarded", "via", "x-real-ip"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
})  # fmt: skip
"""Headers that show that a request came through a proxy."""
_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STATEMENTS: Final = (1, 2, 5, 10, 15, 20, 30, 50, 100)
_KEYS: Final = (1, 2, 5, 10, 25, 50, 100, 250, 1_000, 10_000)
_OBJECTS: Final = (1, 10, 100, 1_000, 10_000, 50_000, 100_000, 200_000)
_MOST_SERIES: Final = 4_096
"""Series that are remembered; there are fewer."""


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._operations = Counter(
            f"{PREFIX}_operations",
            "Operations by name, who asked, and what came of it.",
            ("operation", "caller", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}_operation_seconds",
            "Seconds that operations took.",
            ("operation",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._cost = Histogram(
            f"{PREFIX}_operation_cost",
            "Objects that operations asked for at most.",
            ("caller",),
            buckets=_OBJECTS,
            registry=self.registry,
        )
        self._statements = Histogram(
            f"{PREFIX}_operation_statements",
            "Statements that operations took, those of the session included.",
            ("operation",),
            buckets=_STATEMENTS,
            registry=self.registry,
        )
        self._keys = Histogram(
            f"{PREFIX}_loader_keys",
            "Keys that loaders were asked for at once.",
            buckets=_KEYS,
            registry=self.registry,
        )
        self._refusals = Counter(
            f"{PREFIX}_refusals",
            "Requests and operations that were refused as a whole, by code.",
            ("code",),
            registry=self.registry,
        )
        self._log_ins = Counter(
            f"{PREFIX}_log_ins",
            "Log-ins by what came of them.",
            ("outcome",),
            registry=self.registry,
        )
        self._feeds = Counter(
            f"{PREFIX}_feed_runs",
            "Feeds that this process applied, by what came of them.",
            ("outcome",),
            registry=self.registry,
        )

        self._breakdowns = Counter(
            f"{PREFIX}_breakdowns",
            "Times that work beside the requests broke down, and began again.",
            ("work",),
            registry=self.registry,
        )

        self._series = lru_cache(maxsize=_MOST_SERIES)(_labelled)
        """One series of a metric: to find it takes longer than to count."""

    def operation(
        self,
        name: str,
        caller: str,
        outcome: str,
        *,
        seconds: float,
        cost: int | None,
        statements: int,
        batches: Iterable[int],
    ) -> None:
        """Count an operation that was carried out or refused; `batches` are sizes."""
        self._series(self._statements, name).observe(statements)
        for keys in batches:
            self._keys.observe(keys)
        self._series(self._operations, name, caller, outcome).inc()
        self._series(self._seconds, name).observe(seconds)
        if cost is not None:
            self._series(self._cost, caller).observe(cost)

    def refusal(self, code: str) -> None:
        """Count what was refused as a whole."""
        self._refusals.labels(code).inc()

    def log_in(self, *, let_in: bool) -> None:
        """Count a log-in."""
        self._log_ins.labels("let in" if let_in else "refused").inc()

    def feed_run(self, outcome: str) -> None:
        """Count a feed that came to its end."""
        self._feeds.labels(outcome).inc()

    def breakdown(self, work: str) -> None:
        """Count work beside the requests that broke down."""
        self._breakdowns.labels(work).inc()

    def watch(self, database: Database, recorder: Recorder, progress: FeedProgress) -> None:
        """Tell of the connections, of what is still to be written, and of feeds, when asked."""
        self.registry.register(_Now(database, recorder, progress))


def _labelled(metric: Any, *labels: str) -> Any:  # noqa: ANN401 - a metric of any kind, and the same
    return metric.labels(*labels)


class _Now(Collector):
    """Metrics that are read at the moment of a scrape."""

    def __init__(self, database: Database, recorder: Recorder, progress: FeedProgress) -> None:
        self._database = database
        self._recorder = recorder
        self._progress = progress

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are now."""
        pool = GaugeMetricFamily(
            f"{PREFIX}_connections",
            "Connections to the database, by what for, and whether they are in use.",
            labels=("purpose", "state"),
        )
        for purpose, open_, idle in self._database.connections():
            pool.add_metric((purpose, "used"), open_ - idle)
            pool.add_metric((purpose, "idle"), idle)
        yield pool
        yield GaugeMetricFamily(
            f"{PREFIX}_events_waiting",
            "Events that are still to be written into the log.",
            value=self._recorder.waiting,
        )
        yield GaugeMetricFamily(
            f"{PREFIX}_feeds_in_line",
            "Feeds that are applied by this process, or wait.",
            value=len(self._progress.runs),
        )
        cut_off = CounterMetricFamily(
            f"{PREFIX}_readers_cut_off",
            "Connections that were ended because their answers were not read, by why.",
            labels=("reason",),
        )
        for why, times in UNREAD.cut_off.items():
            cut_off.add_metric((why,), times)
        yield cut_off


class MetricsDesk:
    """Handler of `/metrics`: for this machine, or with a token."""

    def __init__(self, metrics: Metrics, token: str | None) -> None:
        """Without a token only this machine reads them."""
        self._metrics = metrics
        self._token = token

    async def answer(self, request: Request) -> Response:
        """The numbers as text; whoever may not read them is told that there is nothing."""
        if not self._may(request):
            message = "There is nothing at this address."
            return RefusalError(404, "NOT_FOUND", message).response()
        return Response(generate_latest(self._metrics.registry), media_type=CONTENT_TYPE)

    def _may(self, request: Request) -> bool:
        if self._token is not None:
            scheme, _, given = request.headers.get("authorization", "").partition(" ")
            return scheme.lower() == "bearer" and compare_digest(
                given.strip().encode("utf-8", "replace"), self._token.encode()
            )
        if request.client is None or not _BY_PROXIES.isdisjoint(request.headers):
            return False  # a proxy on this machine asks for somebody else
        try:
            return ip_address(request.client.host).is_loopback
        except ValueError:
            return False
