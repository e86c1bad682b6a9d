"""`python -m mosaicfs_sdk.checking NAME|PATH`: runs in a process of its own, for it runs a stranger's code.

Standard input is JSON with `config`, the path of the configuration or nothing. Each check becomes one line of JSON on
standard output, which nobody else writes to: what the plugin prints goes where errors go.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mosaicfs
from mosaicfs.model.plugin_check import PluginCheck
from mosaicfs.model.plugin_kind import FoundPlugin, PluginGround
from mosaicfs_sdk.checking.services import answers
from mosaicfs_sdk.checking.suites import Subject, suites

OWN_TESTS_S = 600
_MODULE = "from mosaicfs_sdk.checking.__main__ import RUN\n\nglobals().update(RUN.suites())\n"

Tell = Callable[[PluginCheck], None]


class Run:
    """What the module that pytest collects is made of: the one plugin of this process."""

    def __init__(self) -> None:
        self.subject: Subject | None = None

    def suites(self) -> dict[str, type]:
        assert self.subject is not None
        return dict(suites(self.subject))


RUN = Run()


class Reporter:
    """One line a check; those that need what only the author has are counted."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.lacking = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._report(report)

    def _report(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("::")[2]
        hook = report.nodeid.split("::")[1].removeprefix("Test").lower()
        where = f"conformance.{hook}"
        title = f"{hook}: {name.removeprefix('test_').replace('_', ' ')}"
        if report.outcome == "failed" and "NotImplementedError" in report.longreprtext:
            self.lacking += 1
        elif report.outcome == "failed":
            self.tell(PluginCheck(where, title, "fail", _said(report.longreprtext)))
        elif report.outcome == "skipped":
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.tell(PluginCheck(where, title, "skip", reason.removeprefix("Skipped: ")))
        else:
            self.tell(PluginCheck(where, title, "ok"))


def main() -> int:
    """Always 0: what was found is in the lines."""
    (word,) = sys.argv[1:]
    given = json.loads(sys.stdin.read() or "{}")
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(check: PluginCheck) -> None:
        out.write(json.dumps(check._asdict()) + "\n")
        out.flush()

    configured = mosaicfs.configure({}, os.environ, config=given.get("config") or "")
    places = configured.places
    settings = configured.settings
    ground = PluginGround("", places.plugins_dir, places.runtime_dir, places.state_dir, settings.plugins)
    found = mosaicfs.find_plugin(word, ground)
    with tempfile.TemporaryDirectory() as folder:
        for check in _conformance(found, settings.plugin_options.get(found.name, {}), Path(folder), tell):
            tell(check)
    for check in _own_tests(Path(word)):
        tell(check)
    return 0


def _conformance(found: FoundPlugin, options: object, folder: Path, tell: Tell) -> Iterator[PluginCheck]:
    assert isinstance(options, dict)
    RUN.subject = Subject(found, options, folder)
    if found.kind == "socket" and not answers(Path(found.place)):
        detail = "it says no hello: is an agent connected to it? Disable the plugin there, and try again"
        yield PluginCheck("conformance", "conformance", "skip", detail)
        return
    if found.kind != "socket" and (trouble := RUN.subject.host().loading.loaded[0].trouble):
        yield PluginCheck("conformance", "conformance", "skip", f"{trouble} Set it in mosaicfs.toml first.")
        return
    sys.modules["mosaicfs_sdk.checking.__main__"] = sys.modules["__main__"]
    (folder / "test_conformance.py").write_text(_MODULE, encoding="utf-8")
    reporter = Reporter(tell)
    quiet = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
        "--no-summary",
        "-p",
        "no:warnings",
        "-o",
        "trio_mode=true",
        "--tb=short",
    ]
    code = pytest.main([*quiet, f"--rootdir={folder}", "-c", os.devnull, str(folder)], plugins=[reporter])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        yield PluginCheck("conformance", "conformance", "fail", f"the suites could not run ({code!s})")
    if reporter.lacking:
        detail = f"{reporter.lacking} checks need what only its author has; run its own tests"
        yield PluginCheck("conformance", "further conformance", "skip", detail)


def _own_tests(folder: Path) -> Iterator[PluginCheck]:
    if not (folder / "tests").is_dir():
        return
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    path = os.pathsep.join(filter(None, [str(folder.absolute() / "src"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(  # noqa: S603 - the tests of the folder that was named
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=OWN_TESTS_S
    )
    lines = done.stdout.strip().splitlines() or [f"pytest ended with {done.returncode}"]
    yield PluginCheck("tests", "its own tests", "fail" if done.returncode else "ok", lines[-1])


def _said(text: str) -> str:
    """What went wrong, without the way there."""
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return next((line for line in lines if line), text.strip().splitlines()[-1] if text.strip() else "it failed")


if __name__ == "__main__":
    sys.exit(main())
