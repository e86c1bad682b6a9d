"""The benchmark of searches in small: every query is asked of both sides. How fast they are says nothing here."""

from __future__ import annotations

import json

import pytest

from bench import files
from bench.__main__ import main
from bench.search import QUERIES


@pytest.mark.patient
def test_every_query_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["search", "--files", "1200", "--repeats", "1", "--crawled", "60"])
    lines = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(f"  {word} ") for line in lines) for word in QUERIES)
    facts = json.loads(lines[-1])["facts"]
    assert facts["files"] == 1_200
    assert int(float(facts["while crawling, queries"])) >= len(QUERIES)


def test_names_are_of_many_sorts() -> None:
    names = [files.mixed_name(number) for number in range(1_000)]
    assert len({name.rpartition(".")[2] for name in names}) == 5
    assert sum(name.startswith("IMG_") for name in names) == 500
