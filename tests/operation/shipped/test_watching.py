"""What ships for Prometheus and Grafana asks for metrics that there are, and forgets no promise."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from kezek.api.server.metric import METRICS, MetricForm
from tests.docs.pages import ROOT

DASHBOARD = json.loads((ROOT / "operation/grafana/kezek.json").read_text("utf-8"))
RULES = yaml.safe_load((ROOT / "operation/prometheus/rules.yml").read_text("utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ROWS = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
EXPRESSIONS = [(panel["title"], t["expr"]) for panel in PANELS for t in panel["targets"]]


def samples() -> set[str]:
    """Every name that a scrape may hold."""
    names = set()
    for metric in METRICS:
        endings = ("_bucket", "_sum", "_count") if metric.form is MetricForm.HISTOGRAM else ("",)
        names |= {metric.name + ending for ending in endings}
    return names


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\bkezek_\w+", expression))


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS)
def test_a_panel_asks_for_metrics_that_there_are(title: str, expression: str):
    assert asked(expression), title
    assert asked(expression) <= samples()
    right(expression)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_metrics_that_there_are(alert: dict[str, Any]):
    assert asked(alert["expr"]) <= samples()
    right(alert["expr"])
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert all(len(alert["annotations"][part]) > 10 for part in ("summary", "description"))
    assert re.fullmatch(r"\d+[mhd]", alert.get("for", "1m"))


def right(expression: str) -> None:
    """Brackets pair, counters are asked for their rate, labels exist."""
    for left, other in ("()", "[]", "{}"):
        assert expression.count(left) == expression.count(other), expression
    known = {"worker", "job", "le"} | {label for metric in METRICS for label in metric.labels}
    for labels in re.findall(r"by \(([\w, ]+)\)", expression):
        assert set(labels.split(", ")) <= known, expression
    for counter in re.findall(r"(kezek_\w+_(?:total|bucket|sum|count))\b", expression):
        assert re.search(rf"(rate|increase)\({counter}(\{{[^}}]*\}})?\[", expression), expression


def test_there_is_an_alert_for_every_promise():
    wanted = {metric.promise for metric in METRICS if metric.promise}
    warned = {alert["labels"].get("promise", "") for alert in ALERTS}
    assert wanted <= warned


def test_every_metric_of_a_promise_is_warned_of_and_drawn():
    warned = set().union(*(asked(alert["expr"]) for alert in ALERTS))
    drawn = set().union(*(asked(expression) for _, expression in EXPRESSIONS))
    for metric in METRICS:
        if metric.promise:
            assert metric.name in warned
            assert metric.name in drawn
    assert samples() - drawn - {f"{m.name}_{end}" for m in METRICS for end in ENDINGS} == set()


ENDINGS = ("bucket", "sum", "count")


def test_the_dashboard_can_be_imported():
    assert DASHBOARD["schemaVersion"] >= 36
    assert DASHBOARD["title"] == "Kezek"
    (source,) = DASHBOARD["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in PANELS:
        assert panel["datasource"]["uid"] == "${source}"
        assert panel["type"] in ("stat", "timeseries")
        assert panel["title"]
    # Nothing of somebody's own installation is left in it.
    assert "__inputs" not in DASHBOARD
    assert not re.search(r"https?://", json.dumps(DASHBOARD))


def test_promises_come_first():
    assert ROWS[0].startswith("Promises")
    assert ROWS[-1] == "Traffic"
    place = {panel["title"]: panel["gridPos"] for panel in DASHBOARD["panels"]}
    firsts = [place[title]["y"] for title in ROWS]
    assert firsts == sorted(firsts)
    promised = [panel for panel in PANELS if panel["type"] == "stat"]
    assert all(panel["gridPos"]["y"] < firsts[1] for panel in promised)


def test_no_two_panels_cover_each_other():
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
