"""The benchmark of the API in small: each call is asked of both sides. How fast they are is not asked here."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main

ASKED = ["whoami, by token", "whoami, signed", "a file", "a page of 100 files", "a search"]


@pytest.mark.journey
def test_each_call_is_asked_of_both_sides_and_events_are_delivered(capfd: pytest.CaptureFixture[str]) -> None:
    main(["api", "--files", "600", "--requests", "50", "--keys", "5", "--events", "200", "--repeats", "1"])
    record = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert [each["title"] for each in record["comparisons"]] == ASKED
    assert all(each["ratio"] > 0 for each in record["comparisons"])
    facts = record["facts"]
    assert facts["events, subscribers"] == 5
    assert facts["events delivered/s"] > 0
    assert all(float(facts[f"{title}, p95 ms"]) > 0 for title in ASKED)
