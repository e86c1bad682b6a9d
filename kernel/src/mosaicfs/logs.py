"""Where log lines go and how they look: JSON for machines, text for a terminal; to stderr, or to files of one size.

Results of the command line go to stdout and never through here.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import LoggingSettings, LogLevel
from mosaicfs.model.redaction import harmless, harmless_lines, redacted

_OF_LINES = ("exception", "stack")


def set_up_logging(settings: LoggingSettings, *, default_file: Path | None = None, to: TextIO | None = None) -> None:
    """Once a process. What libraries have to warn of comes out in the same form.

    `default_file` is what the setting `default` stands for. `ConfigError` where the file cannot be written.
    """
    to = to or sys.stderr
    file = _file(settings, default_file)
    as_text = settings.format == "text" or (settings.format == "auto" and file is None and to.isatty())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            without_secrets,
            *(_text(colors=file is None and to.isatty()) if as_text else _json()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Patient(to))) if file is None else file.logger,
    )
    logging.basicConfig(handlers=[_Forwarding(file)], level=max(level, logging.WARNING), force=True)


def set_log_level(level: LogLevel) -> None:
    """From now on; everything else stays as it was set up."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(least))
    logging.getLogger().setLevel(max(least, logging.WARNING))


def _file(settings: LoggingSettings, default_file: Path | None) -> LogFile | None:
    path = default_file if settings.file == "default" else Path(settings.file).expanduser() if settings.file else None
    if path is None:
        return None
    try:
        return LogFile(path, settings.max_mb * 1024 * 1024, settings.keep)
    except OSError as cause:
        raise ConfigError("logging.file", f"{path} cannot be written: {cause.strerror}.") from None


class LogFile(RotatingFileHandler):
    """A file of ours alone that is put aside at its size. `keep` counts it and those put aside.

    Two duties may write into one: whoever finds that the other has put it aside goes on in the new one.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(path, maxBytes=max_bytes, backupCount=max(keep - 1, 1), encoding="utf-8")

    def logger(self, *_: object) -> _FileLogger:
        return _FileLogger(self)

    def write(self, line: str) -> None:
        self.handle(logging.LogRecord("", logging.INFO, "", 0, line, None, None))

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - a name of the standard library
        if self.stream is not None and self._was_put_aside(self.stream):
            self.stream.close()
            self.stream = None  # the next line opens it anew
        return bool(super().shouldRollover(record))

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return open(descriptor, "a", encoding="utf-8")  # noqa: PTH123 - opened above, with its mode

    def _was_put_aside(self, stream: TextIOWrapper) -> bool:
        try:
            now, ours = Path(self.baseFilename).stat(), os.fstat(stream.fileno())
        except FileNotFoundError:
            return True
        return (now.st_dev, now.st_ino) != (ours.st_dev, ours.st_ino)


class _Patient:
    """On a full disk a line is lost, and nothing else: whoever says it may be the one to tell that it is full."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._to.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._to.flush()


class _FileLogger:
    """What structlog calls with a line that is ready."""

    def __init__(self, file: LogFile) -> None:
        self.msg = self.log = self.debug = self.info = self.warning = self.error = self.critical = file.write
        self.warn = self.fatal = self.failure = self.err = self.exception = file.write


def without_secrets(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """Between what is said and every place it is written to; also of tracebacks, which hold what was raised."""
    return {name: redacted(value, name) for name, value in entry.items()}


def _escaped(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """JSON escapes by itself; on a terminal a name from outside could look like a line of its own."""
    return {
        harmless(name): (harmless_lines if name in _OF_LINES else harmless)(value) if isinstance(value, str) else value
        for name, value in entry.items()
    }


def _text(*, colors: bool) -> list[Processor]:
    plain = structlog.dev.plain_traceback
    return [_escaped, structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time", exception_formatter=plain)]


def _json() -> list[Processor]:
    return [structlog.processors.JSONRenderer()]


class _Forwarding(logging.Handler):
    """What libraries say. It is the root's, so `file` is closed with it: at the next setting up, or at the end."""

    def __init__(self, file: LogFile | None) -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(component=record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()
