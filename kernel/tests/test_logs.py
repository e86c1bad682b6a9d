"""What a log line looks like to machines and to people, and that libraries speak the same way."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from mosaicfs.logs import set_up_logging
from mosaicfs.model.configuration import LoggingSettings


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(settings: LoggingSettings, to: io.StringIO) -> list[str]:
    set_up_logging(settings, to=to)
    logger = structlog.get_logger(component="test")
    logger.debug("too small")
    logger.info("something happened", attempt=2)
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logger.exception("it failed")
    logging.getLogger("library").warning("take %s", "care")
    logging.getLogger("library").info("not worth a line")
    return to.getvalue().splitlines()


def test_machines_get_one_object_a_line() -> None:
    info, error, warning = map(json.loads, lines(LoggingSettings(), io.StringIO()))
    assert {"event": "something happened", "component": "test", "attempt": 2, "level": "info"}.items() <= info.items()
    assert info["time"].endswith("Z")
    assert "ZeroDivisionError" in error["exception"]
    assert {"event": "take care", "component": "library", "level": "warning"}.items() <= warning.items()


def test_a_terminal_gets_text() -> None:
    told = lines(LoggingSettings(), Terminal())
    assert "something happened" in told[0]
    assert not told[0].startswith("{")


def test_the_form_may_be_chosen() -> None:
    assert lines(LoggingSettings(format="text"), io.StringIO())[0][0] != "{"
    assert lines(LoggingSettings(format="json"), Terminal())[0][0] == "{"


def test_only_errors_when_only_errors_are_asked_for() -> None:
    (only,) = lines(LoggingSettings(level="error"), io.StringIO())
    assert json.loads(only)["event"] == "it failed"
