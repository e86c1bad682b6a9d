"""A network counts as metered where the system says or guesses so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs.services.pinning.metered import Metered


@pytest.mark.parametrize(
    ("script", "is_metered"),
    [
        ("echo u 1", True),
        ("echo u 3", True),
        ("echo u 0", False),
        ("echo u 2", False),
        ("echo u 4", False),
        ("echo u 1; exit 1", False),
        ("echo nonsense", False),
    ],
)
async def test_what_the_system_tells_is_believed(
    script: str, is_metered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "busctl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    metered = Metered()
    assert await metered.look() is is_metered
    program.unlink()
    assert await metered.look() is is_metered  # it is not asked again at once


async def test_where_nobody_can_be_asked_it_is_not_metered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not await Metered().look()
