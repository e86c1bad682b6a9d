"""The benchmark of words inside files in small. How fast it is says nothing here; that both find the same does."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from bench.__main__ import main
from bench.fulltext import PATH, QUERIES


@pytest.mark.patient
def test_every_query_is_asked_and_both_find_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(["fulltext", "--files", "60", "--repeats", "1", "--asked", "1"])
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])["facts"]
    assert facts["files"] == 60
    if shutil.which("recollindex", path=PATH) is None:
        return
    for query in QUERIES:
        found = re.search(r"found (\d+) and (\d+)$", facts[query])
        assert found is not None
        assert found[1] == found[2], query
