"""The benchmark of a joining node in small: it has everything at the end. How fast it is is not asked here."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main


@pytest.mark.journey
def test_a_node_has_everything_and_what_it_cost_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    main(["join", "--documents", "3000", "--peer-documents", "300"])
    record = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert [each["amount"] for each in record["comparisons"]] == [3_000]
    assert all(each["ratio"] > 0 for each in record["comparisons"])
    facts = record["facts"]
    assert facts["API meanwhile, calls"] > 0
    assert facts["node, most MB"] > 10
    assert facts["control plane, most MB"] >= facts["control plane before, MB"] > 10
    assert facts["bytes to the node, a document"] > 20
