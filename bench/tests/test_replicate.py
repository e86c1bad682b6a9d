"""The benchmark of replication in small, with the real peer: both sides still copy everything."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main


@pytest.mark.journey
def test_both_sides_copy_the_same_documents(capsys: pytest.CaptureFixture[str]) -> None:
    main(["replicate", "--documents", "300", "--repeats", "1"])
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["amount"] for each in record["comparisons"]] == [300]
    assert record["facts"].keys() == {"memory of the node that is read, MB", "memory of the node that reads, MB"}
