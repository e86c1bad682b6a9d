"""The benchmark of the tree in small: every row is printed. How fast they are says nothing here."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main


@pytest.mark.patient
def test_every_row_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tree", "--files", "2000"])
    lines = capsys.readouterr().out.splitlines()
    for row in (
        "first listing",
        "cold",
        "warm",
        "after one of its files",
        "another one",
        "after a rule",
        "search with",
    ):
        assert any(line.strip().startswith(row) for line in lines), row
    facts = json.loads(lines[-1])["facts"]
    assert facts["files"] == 1_700
    assert facts["synthetic directories walked"] > 100
