"""Signals, in real processes: the first asks, the second ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PROGRAM = """
import sys, trio
from mosaicfs.stopping import until_told_to_stop

async def work():
    print("working", flush=True)
    try:
        await trio.sleep_forever()
    finally:
        with trio.CancelScope(shield=True):
            await trio.sleep(float(sys.argv[1]))
        print("flushed", flush=True)

trio.run(
    lambda: until_told_to_stop(
        work,
        on_stopping=lambda: print("stopping", flush=True),
        on_hangup=lambda: print("reading again", flush=True),
        patience_s=0.5,
    )
)
"""


@contextmanager
def working(takes_s: float) -> Iterator["subprocess.Popen[str]"]:
    arguments = [sys.executable, "-c", PROGRAM, str(takes_s)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    return process.communicate(timeout=20)[0]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_lets_the_work_end_in_order(asked: signal.Signals) -> None:
    with working(takes_s=0) as process:
        process.send_signal(asked)
        assert said(process) == "stopping\nflushed\n"
        assert process.returncode == 0


def test_a_hangup_ends_nothing_and_is_no_second_signal() -> None:
    with working(takes_s=0.2) as process:
        assert process.stdout
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
            assert process.stdout.readline() == "reading again\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGHUP)
        assert said(process) == "flushed\n"
        assert process.returncode == 0


def test_the_second_signal_ends_it_at_once() -> None:
    with working(takes_s=3600) as process:
        process.send_signal(signal.SIGINT)
        assert process.stdout
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGINT)
        assert said(process) == ""
        assert process.returncode == 130


@pytest.mark.patient
def test_work_that_does_not_end_is_not_waited_for_without_limit() -> None:
    with working(takes_s=3600) as process:
        process.send_signal(signal.SIGTERM)
        assert said(process) == "stopping\n"
        assert process.returncode == 1
