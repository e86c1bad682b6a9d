"""One scrape: values by the names of the table, written in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from mosaicfs_control.metrics.names import METRICS, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Spread(NamedTuple):
    """A histogram's value: how many were at most so many seconds, for each bound and at last for all."""

    upto: Mapping[str, int]
    seconds: float


class Readings:
    """A name or a label that is not in the table is a mistake of ours, and raises."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}

    def put(self, name: str, value: float, **labels: str) -> None:
        metric = METRICS[name]
        family = self._family(metric)
        assert isinstance(family, GaugeMetricFamily | CounterMetricFamily)
        family.add_metric(_values(metric, labels), value)

    def put_spread(self, name: str, spread: Spread, **labels: str) -> None:
        metric = METRICS[name]
        family = self._family(metric)
        assert isinstance(family, HistogramMetricFamily)
        buckets = [(bound, float(count)) for bound, count in spread.upto.items()]
        family.add_metric(_values(metric, labels), buckets, spread.seconds)

    def collect(self) -> Iterable[Family]:
        """What the registry asks of a collector."""
        return self._families.values()

    def text(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def _family(self, metric: Metric) -> Family:
        if metric.name not in self._families:
            self._families[metric.name] = _MADE[metric.kind](metric.whole_name, metric.help, labels=metric.labels)
        return self._families[metric.name]


_MADE = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily, "histogram": HistogramMetricFamily}


def _values(metric: Metric, labels: Mapping[str, str]) -> list[str]:
    assert labels.keys() == set(metric.labels), f"{metric.name} has the labels {metric.labels}"
    return [labels[name] for name in metric.labels]
