"""A clock that is wrong is told with both times, once, and is over with the next request that is taken."""

import json

import pytest

from mosaicfs.errors import AccessRefusedError
from mosaicfs.model.times import time_text
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_sync.clocks import REJECTED, ClockRefusedError, Clocks
from mosaicfs_sync.exchange import Reply

NOW = 2_000_000_000.0
SERVER = "https://nas.example:8443"
GOOD = Reply(200, b"{}")


def at(offset_s: float) -> str:
    return time_text(int((NOW + offset_s) * 1_000_000))


def of_replication(offset_s: float) -> Reply:
    body = {"error": "unauthorized", "reason": "A login is needed.", "server_time": at(offset_s)}
    return Reply(401, json.dumps(body).encode())


def of_the_api(offset_s: float) -> Reply:
    detail = {"server_time": at(offset_s), "skew_s": -offset_s}
    error = {"code": "clock_skew", "message": "The clocks differ.", "detail": detail}
    return Reply(401, json.dumps({"error": error}).encode())


def by_its_head(offset_s: float) -> Reply:
    return Reply(401, b"<html>", date={400: "Wed, 18 May 2033 03:40:00 GMT"}[int(offset_s)])


@pytest.fixture
def notices() -> FakeNotices:
    return FakeNotices()


@pytest.fixture
def clocks(notices: FakeNotices) -> Clocks:
    return Clocks(SERVER, "node-n", notices, lambda: NOW)


@pytest.mark.allow_log("refused for its time")
@pytest.mark.parametrize("reply", [of_replication(400), of_the_api(400), of_replication(-301), by_its_head(400)])
def test_a_signature_that_is_refused_for_its_time_names_both_times(
    clocks: Clocks, notices: FakeNotices, reply: Reply
) -> None:
    with pytest.raises(ClockRefusedError) as raised:
        clocks.heard(reply)
    assert isinstance(raised.value, AccessRefusedError), "so it is tried once a minute"
    assert at(0) in str(raised.value)
    assert SERVER in notices.holding[REJECTED]
    clocks.heard(GOOD)
    assert notices.holding == {}


@pytest.mark.parametrize("reply", [of_replication(299), of_the_api(-299), Reply(401, b"{}"), Reply(401, b"", date="?")])
def test_another_refusal_is_not_blamed_on_the_clock(clocks: Clocks, notices: FakeNotices, reply: Reply) -> None:
    clocks.heard(reply)
    assert notices.holding == {}


@pytest.mark.allow_log("refused for its time")
def test_an_answer_that_says_nothing_ends_nothing(clocks: Clocks, notices: FakeNotices) -> None:
    with pytest.raises(ClockRefusedError):
        clocks.heard(of_the_api(400))
    clocks.heard(Reply(503, b""))
    assert REJECTED in notices.holding


def test_what_the_last_run_left_is_over_with_the_first_good_answer(clocks: Clocks, notices: FakeNotices) -> None:
    notices.holding[REJECTED] = "of the last run"
    clocks.heard(GOOD)
    assert notices.holding == {}


@pytest.mark.allow_log("the clocks differ")
def test_clocks_that_drift_apart_are_a_warning_until_they_are_near_again(clocks: Clocks, notices: FakeNotices) -> None:
    key = "clock_skew:node-n"
    for offset_s, holds in ((119, False), (121, True), (61, True), (59, False), (-121, True), (0, False)):
        clocks.compared(at(offset_s))
        assert (key in notices.holding) is holds, offset_s
    clocks.compared("no time")
