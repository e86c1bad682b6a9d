"""The page, the alerts and the dashboard name metrics and labels that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mosaicfs_control.metrics.names import METRICS, Metric
from mosaicfs_control.metrics.page import page

FOLDER = Path(__file__).resolve().parents[5] / "docs" / "operating"
NAMED = re.compile(r"mosaicfs_[a-z_]+")
SELECTED = re.compile(r"(mosaicfs_[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
PARTS = ("_bucket", "_count", "_sum")
BY_NAME = {metric.whole_name: metric for metric in METRICS.values()}


def metric_of(name: str) -> Metric:
    """A histogram is asked for by its parts."""
    for part in PARTS:
        if (found := BY_NAME.get(name.removesuffix(part))) is not None and found.kind == "histogram":
            return found
    return BY_NAME[name]


def alerts() -> list[dict[str, Any]]:
    told = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    assert list(told) == ["groups"]
    return [rule for group in told["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    of_panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    of_lists = [each["query"] for each in board["templating"]["list"] if each["type"] == "query"]
    return [*of_panels, *of_lists, *(rule["expr"] for rule in alerts())]


def test_the_page_is_current() -> None:
    assert (FOLDER / "metrics.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_and_label_that_is_asked_for_exists(expression: str) -> None:
    for name in NAMED.findall(re.sub(r'"[^"]*"', '""', expression)):
        assert metric_of(name)
    for name, selectors in SELECTED.findall(expression):
        assert set(LABEL.findall(selectors)) - {"job"} <= set(metric_of(name).labels)
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


def test_labels_that_a_text_shows_are_those_of_its_metric() -> None:
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    texts = [(t["expr"], t["legendFormat"]) for panel in board["panels"] for t in panel["targets"]]
    texts += [(rule["expr"], " ".join(rule["annotations"].values())) for rule in alerts()]
    for expression, text in texts:
        known = {label for name in NAMED.findall(expression) if name != "mosaicfs_" for label in _labels(name)}
        assert set(re.findall(r"\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}", text)) <= known, expression


def _labels(name: str) -> tuple[str, ...]:
    return metric_of(name).labels


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) > 0
    for rule in alerts():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"[0-9]+[smhd]", rule["for"])
        assert rule["labels"]["severity"] in ("error", "warning", "info")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_panels_lie_beside_each_other() -> None:
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
