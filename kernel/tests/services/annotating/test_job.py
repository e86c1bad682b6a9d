"""Which event tells a plugin how it is now."""

from __future__ import annotations

import pytest

from mosaicfs.services.annotating.job import ACCESS, FILE, News, Seen, event_of, folded, is_again

ALL = FILE.events
OLD = Seen("old", "/a")


def _file(stamp: str = "old", path: str = "/a", *, gone: bool = False) -> News:
    return News("u1", FILE, gone, stamp, path)


@pytest.mark.parametrize(
    ("news", "seen", "waiting", "expected"),
    [
        (_file(), None, "", "file.added"),
        (_file("new"), None, "file.added", "file.added"),
        (_file("new"), OLD, "", "file.modified"),
        (_file(path="/b"), OLD, "", "file.moved"),
        (_file("new", "/b"), OLD, "", "file.modified"),
        (_file(), OLD, "", ""),
        (_file(gone=True), OLD, "", "file.deleted"),
        (_file(gone=True), None, "file.added", "file.deleted"),
        (_file(gone=True), None, "", ""),
        (_file(), OLD, "file.deleted", "file.modified"),
        (_file(), OLD, "file.added", "file.added"),
    ],
)
def test_what_differs_from_what_was_seen_says_which_event_it_is(
    news: News, seen: Seen | None, waiting: str, expected: str
) -> None:
    assert event_of(news, seen, waiting, ALL, sync=False, again=False) == expected


def test_who_hears_only_of_moves_is_told_of_one_that_changed_the_content_too() -> None:
    assert event_of(_file("new", "/b"), OLD, "", {"file.moved"}, sync=False, again=False) == "file.moved"


def test_a_full_sync_asks_about_what_differs_and_about_what_it_is_told_to() -> None:
    assert event_of(_file("new"), OLD, "", ALL, sync=True, again=False) == "file.added"
    assert event_of(_file(), OLD, "", ALL, sync=True, again=True) == "file.added"
    assert event_of(_file(), OLD, "", ALL, sync=True, again=False) == ""


def test_an_access_reaches_whom_rules_choose_and_who_saw_the_file() -> None:
    unwanted = News("u1", ACCESS, gone=False, wanted=False)
    assert event_of(unwanted, None, "", ACCESS.events, sync=False, again=False) == ""
    assert event_of(unwanted, OLD, "", ACCESS.events, sync=False, again=False) == "access.updated"


def test_what_a_plugin_had_nothing_to_say_of_is_not_asked_again_by_a_sync() -> None:
    said, silent = Seen("old", "/a", annotated=True, version=1), Seen("old", "/a", version=1)
    news = _file()
    assert not is_again(news._replace(annotation="absent"), silent, 1, force=False)
    assert is_again(news._replace(annotation="absent"), said, 1, force=False)
    assert is_again(news._replace(annotation="stale"), said, 1, force=False)
    assert not is_again(news._replace(annotation="current"), said, 1, force=False)
    assert is_again(news._replace(annotation="current"), said, 2, force=False)
    assert is_again(news, silent, 1, force=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("file.added", "file.modified", "file.added"),
        ("file.added", "file.moved", "file.added"),
        ("file.moved", "file.modified", "file.modified"),
        ("file.moved", "file.moved", "file.moved"),
        ("file.modified", "file.deleted", "file.deleted"),
        ("file.deleted", "file.added", "file.modified"),
    ],
)
def test_two_events_that_nobody_heard_fold_into_one(before: str, after: str, expected: str) -> None:
    assert folded(before, after, FILE) == expected
