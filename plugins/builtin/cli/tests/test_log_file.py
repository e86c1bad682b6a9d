"""Where children write, and what is read of it afterwards."""

import os
from pathlib import Path

from mosaicfs_cli.supervising.log_file import LastWords, LogFile

ERROR = b'{"error": {"code": "config", "message": "Wrong."}, "exit_code": 11}\n'


def write(log: LogFile, text: bytes) -> None:
    descriptor = log.open()
    os.write(descriptor, text)
    os.close(descriptor)


def test_the_last_words_are_those_of_the_last_life(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log/agent.log", most_bytes=1 << 20, keep=2)
    write(log, b"{}\nnot json\n" + ERROR + b"\n")
    assert log.last_words() == LastWords("Wrong.", 11)
    write(log, b'{"event": "all is well"}\n[1]\n')
    assert log.last_words() is None


def test_it_is_ours_alone_and_put_aside_when_it_has_grown(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log/agent.log", most_bytes=4, keep=2)
    for text in (b"one\n\n", b"two\n\n", b"three\n", b"four\n"):
        write(log, text)
    assert {path.name: path.read_bytes() for path in (tmp_path / "log").iterdir()} == {
        "agent.log": b"four\n",
        "agent.log.1": b"three\n",
        "agent.log.2": b"two\n\n",
    }
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o700
    assert log.path.stat().st_mode & 0o777 == 0o600
