"""What pytest does for MosaicFS and its plugins: it watches the log, and has a plugin host at hand.

A warning or an error in the log that a test did not announce fails the test: what an owner would be told is part of
what a program does. A test announces it with `@pytest.mark.allow_log("a pattern")`, searched in the whole line.
Async tests and nursery fixtures are those of pytest-trio.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pytest
import structlog
from structlog.testing import capture_logs

import mosaicfs
from mosaicfs_sdk.fakes.given_module import GivenModule

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from mosaicfs.model.json import JsonObject

# The suites assert on behalf of the author, who must see the two sides of an assertion that failed.
pytest.register_assert_rewrite("mosaicfs_sdk.conformance")

_GRAVE = frozenset({"warning", "error", "critical"})


class MakeHost(Protocol):
    """Type of the fixture `plugin_host`."""

    def __call__(
        self, *modules: ModuleType, options: Mapping[str, JsonObject] | None = None
    ) -> mosaicfs.PluginHost: ...


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "allow_log(pattern): warnings and errors in the log that match the pattern belong to this test"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    # A test may set up the log for itself; what it leaves behind would make the next one deaf.
    structlog.reset_defaults()
    with capture_logs() as lines:
        result = yield
    structlog.reset_defaults()
    if surprises := _surprises(lines, _allowed(item)):
        pytest.fail("the log has what this test did not announce:\n" + "\n".join(surprises), pytrace=False)
    return result


@pytest.fixture
def plugin_host(tmp_path_factory: pytest.TempPathFactory) -> MakeHost:
    """Make a host of the modules given, each loaded as if it were installed, and of nothing else."""

    def make(*modules: ModuleType, options: Mapping[str, JsonObject] | None = None) -> mosaicfs.PluginHost:
        given = [GivenModule(module) for module in modules]
        return mosaicfs.host_of(given, options=options or {}, state_dir=tmp_path_factory.mktemp("plugin-state"))

    return make


def _allowed(item: pytest.Item) -> list[str]:
    return [pattern for mark in item.iter_markers("allow_log") for pattern in mark.args]


def _surprises(lines: Iterable[EventDict], allowed: Iterable[str]) -> list[str]:
    grave = [_shown(line) for line in lines if line["log_level"] in _GRAVE]
    return [line for line in grave if not any(re.search(pattern, line) for pattern in allowed)]


def _shown(line: EventDict) -> str:
    facts = " ".join(f"{name}={value!r}" for name, value in line.items() if name not in ("event", "log_level"))
    return f"{line['log_level']}: {line['event']} {facts}".rstrip()
