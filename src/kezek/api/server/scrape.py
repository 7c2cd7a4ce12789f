"""The metrics page: the figures of every worker of this machine in the text form of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector, CollectorRegistry

from kezek.api.server.collect import MetricValues
from kezek.api.server.metric import METRICS, Metric, MetricForm

MEDIA_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


def scraped(workers: Mapping[str, MetricValues]) -> bytes:
    """The page; every line says whose it is by the label `worker`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Workers(workers))
    return generate_latest(registry)


class _Workers(Collector):
    def __init__(self, workers: Mapping[str, MetricValues]) -> None:
        self._workers = workers

    def describe(self) -> Iterator[Family]:
        yield from ()

    def collect(self) -> Iterator[Family]:
        for metric in METRICS:
            yield _family(metric, self._workers)


def _family(metric: Metric, workers: Mapping[str, MetricValues]) -> Family:
    labels = ["worker", *metric.labels]
    samples = [
        ([worker, *values], numbers)
        for worker, measured in workers.items()
        for values, numbers in measured.get(metric.name, ())
    ]
    if metric.form is MetricForm.HISTOGRAM:
        histogram = HistogramMetricFamily(metric.name, metric.meaning, labels=labels)
        names = [*(f"{bound:g}" for bound in metric.bounds), "+Inf"]
        for values, (*counts, total) in samples:
            buckets = list(zip(names, accumulate(counts), strict=True))
            histogram.add_metric(values, buckets=buckets, sum_value=total)
        return histogram
    kind = CounterMetricFamily if metric.form is MetricForm.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=labels)
    for values, (number, *_) in samples:
        family.add_metric(values, number)
    return family
