"""The benchmark of replication in small: both sides move every document. How fast they are is not asked here."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main


@pytest.mark.journey
def test_both_sides_are_measured_and_the_memory_of_ours_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    main(["replicate", "--documents", "1500", "--repeats", "1"])
    record = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert [each["amount"] for each in record["comparisons"]] == [1_500]
    assert all(each["ratio"] > 0 for each in record["comparisons"])
    assert all(10 < size < 200 for size in record["facts"].values())
    assert len(record["facts"]) == 2
