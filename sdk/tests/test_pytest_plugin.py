"""The log watch and the fixtures, as the author of a plugin meets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest


def outcome(folder: Path, source: str) -> str:
    """What pytest says of a file of tests, in a folder of its own."""
    (folder / "test_it.py").write_text("import pytest\nimport structlog\n" + dedent(source))
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, cwd=folder)
    return done.stdout


@pytest.mark.patient
def test_a_warning_that_was_not_announced_fails_the_test(tmp_path: Path) -> None:
    said = outcome(
        tmp_path,
        """
        log = structlog.get_logger()

        def test_quiet():
            log.info("fine", n=1)

        def test_loud():
            log.warning("disk is full", free=0)

        @pytest.mark.allow_log("disk is full free=0")
        def test_announced():
            log.warning("disk is full", free=0)

        @pytest.mark.allow_log("disk is full")
        def test_another():
            log.error("disk is gone")

        def test_deaf():
            structlog.configure(processors=[lambda *_: ""])

        def test_after_it():
            log.error("heard again")
        """,
    )
    for passed in ("test_quiet", "test_announced", "test_deaf"):
        assert f"PASSED test_it.py::{passed}" in said
    for failed in ("test_loud", "test_another", "test_after_it"):
        assert f"FAILED test_it.py::{failed}" in said
    assert "warning: disk is full free=0" in said


@pytest.mark.patient
def test_a_suite_skips_an_exemption_with_its_reason(tmp_path: Path) -> None:
    said = outcome(
        tmp_path,
        """
        from types import ModuleType

        from mosaicfs.hookspecs import hookimpl
        from mosaicfs.model.plugin_info import PluginInfo
        from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample

        tried = ModuleType("tried")
        tried.PLUGIN = PluginInfo(
            name="tried", title="", summary="", version="1", api=1,
            exempt={"test_nothing_to_say_is_an_empty_answer": "there is always something to say"},
        )

        @hookimpl
        async def annotate(path):
            return {"size": 1}

        tried.annotate = annotate

        class TestTried(AnnotateConformance):
            plugin = tried
            telling = boring = Sample("a.txt", "text/plain", b"a")
        """,
    )
    assert "there is always something to say" in said
    assert "1 skipped" in said


@pytest.mark.allow_log("it is announced")
def test_the_mark_is_known() -> None:
    """With `--strict-markers`, under which this runs, an unknown mark would end the collection."""
