"""Who wants only what lies on this machine is not lent what would have to be fetched."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from kernel.tests.services.annotating.desk import NODE, subscribed
from mosaicfs.model.content import Content
from mosaicfs.model.entry import Entry
from mosaicfs.model.store import Store
from mosaicfs.services.annotating.asking import Ask, Asking
from mosaicfs.services.annotating.lending import Lending


def entry(node_id: str = NODE, backend: str | None = None) -> Entry:
    return Entry(
        file_id="file::x",
        node_id=node_id,
        export_path="/a",
        name="a",
        size=1,
        mtime="2026-01-15T14:30:00Z",
        backend=backend,
    )


@pytest.mark.parametrize(
    ("content", "expected"), [("path", (True, True, True)), ("local", (True, False, False)), ("none", (False,) * 3)]
)
def test_a_path_is_lent_as_it_is_wanted(tmp_path: Path, content: str, expected: tuple[bool, ...]) -> None:
    asking = Asking(cast(Store, None), Lending(cast(Content, None), NODE, tmp_path), cast(Ask, None))
    asked = (entry(), entry("node-other"), entry(backend="bucket"))
    assert tuple(asking._is_lent(subscribed(content=content), each) for each in asked) == expected
