"""What a log line looks like to machines and to people, and that libraries speak the same way."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
import structlog

from mosaicfs.errors import ConfigError
from mosaicfs.logs import LogFile, set_up_logging
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


@pytest.fixture
def closing() -> Iterator[None]:
    """Closes what the log of a test wrote into."""
    yield
    for handler in logging.getLogger().handlers:
        handler.close()


def in_file(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.usefixtures("closing")
def test_a_file_gets_json_and_stderr_nothing(tmp_path: Path) -> None:
    terminal = Terminal()
    path = tmp_path / "log/agent.log"
    set_up_logging(LoggingSettings(file="default"), default_file=path, to=terminal)
    structlog.get_logger(component="test").info("something happened")
    logging.getLogger("library").warning("take %s", "care")
    assert [json.loads(line)["event"] for line in in_file(path)] == ["something happened", "take care"]
    assert terminal.getvalue() == ""
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.usefixtures("closing")
def test_a_full_file_is_put_aside_and_only_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    set_up_logging(LoggingSettings(file=str(path), max_mb=1, keep=3))
    logger = structlog.get_logger(component="test")
    for number in range(45):
        logger.info("x" * 100_000, number=number)
    files = sorted(each.name for each in tmp_path.iterdir())
    assert files == ["agent.log", "agent.log.1", "agent.log.2"]
    assert max(each.stat().st_size for each in tmp_path.iterdir()) <= 1024 * 1024
    assert json.loads(in_file(path)[-1])["number"] == 44


def test_two_processes_go_on_in_the_new_file_when_one_has_put_it_aside(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    one, other = LogFile(path, 1000, 3), LogFile(path, 1000, 3)
    for number in range(30):
        (one if number % 2 else other).write(f"{number:02} {'x' * 60}")
    one.close()
    other.close()
    kept = [line[:2] for name in ("agent.log.1", "agent.log") for line in in_file(tmp_path / name)]
    assert kept == [f"{number:02}" for number in range(30)]


@pytest.mark.usefixtures("closing")
def test_a_file_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    set_up_logging(LoggingSettings(file=str(path)))
    structlog.get_logger().info("one")
    path.unlink()
    structlog.get_logger().info("two")
    assert [json.loads(line)["event"] for line in in_file(path)] == ["two"]


def test_a_line_for_which_there_is_no_room_is_lost_and_nothing_else() -> None:
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - closing it fails, as all writing does
    set_up_logging(LoggingSettings(), to=full)
    structlog.get_logger().warning("there is no room")
    logging.getLogger("of.a.library").warning("so it is")
    with suppress(OSError):
        full.close()


def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"^logging\.file: .*/file/agent\.log cannot be written"):
        set_up_logging(LoggingSettings(file=str(tmp_path / "file/agent.log")))


SECRET = "mosaicfs_" + "A" * 43


@pytest.mark.parametrize("form", ["json", "text"])
def test_34_no_secret_gets_into_a_line_by_whatever_way(form: Literal["json", "text"]) -> None:
    to = io.StringIO()
    set_up_logging(LoggingSettings(format=form, level="debug"), to=to)
    logger = structlog.get_logger(component="test").bind(bound=SECRET)
    logger.info(f"signed in with {SECRET}", secret_key="short", headers={"authorization": "Bearer x"}, many=[SECRET])
    try:
        raise ValueError(SECRET)
    except ValueError:
        logger.exception("it failed")
    logging.getLogger("library").warning("sent %s", SECRET)
    assert SECRET not in to.getvalue()
    assert "short" not in to.getvalue()
    assert "Bearer x" not in to.getvalue()
    assert to.getvalue().count("[redacted]") >= 7


@pytest.mark.parametrize("form", ["json", "text"])
def test_25_a_name_from_outside_cannot_look_like_a_line_of_its_own(form: Literal["json", "text"]) -> None:
    to = io.StringIO()
    set_up_logging(LoggingSettings(format=form), to=to)
    hostile = "a\n2026-02-16T09:22:00Z [info     ] all is well\x1b[2J\u202e"
    logger = structlog.get_logger(component="test")
    logger.info(hostile, name=hostile, **{hostile: 1})
    assert len(to.getvalue().splitlines()) == 1
    try:
        raise ValueError(hostile)
    except ValueError:
        logger.exception("it failed")
    assert "\x1b" not in to.getvalue()
    assert not [line for line in to.getvalue().splitlines() if line.startswith("2026-02-16")]
