"""Waits grow while a peer fails and end with the last request that it owed us."""

import pytest

from mosaicfs.documents.patience import DENIED_AGAIN_S, Patience
from mosaicfs.errors import AccessRefusedError, SourceUnavailableError, ThrottledError
from mosaicfs.model.replication import ReadInfo

GONE = SourceUnavailableError("the peer")


def no_chance() -> float:
    return 0.5


def test_each_failure_doubles_the_wait() -> None:
    patience, now, waits = Patience(), 100.0, []
    for _ in range(8):
        patience.failed(ReadInfo("source"), GONE, now, no_chance)
        waits.append(patience.until - now)
        now = patience.until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_requests_that_fail_together_count_once() -> None:
    patience = Patience()
    for _ in range(4):
        patience.failed(ReadInfo("source"), GONE, 10.0, no_chance)
    assert (patience.failures, patience.until) == (1, 11.0)


def test_a_peer_that_names_a_wait_is_obeyed() -> None:
    patience = Patience()
    patience.failed(ReadInfo("source"), ThrottledError("the peer", 17), 0.0, no_chance)
    assert patience.until == pytest.approx(17)


def test_a_refusal_is_tried_again_in_a_minute() -> None:
    patience = Patience()
    patience.failed(ReadInfo("source"), AccessRefusedError("the peer"), 0.0, no_chance)
    assert patience.denied
    assert patience.until == DENIED_AGAIN_S


def test_a_request_that_always_fails_keeps_its_growing_waits_among_others_that_pass() -> None:
    patience, poison = Patience(), ReadInfo("target")
    patience.failed(poison, GONE, 0.0, no_chance)
    patience.answered(ReadInfo("target"))
    patience.failed(poison, GONE, 1.0, no_chance)
    assert patience.until == 3.0
    patience.answered(poison)
    assert patience.failures == 0
