"""Polling keeps the time and chooses what is crawled."""

from __future__ import annotations

from mosaicfs_disk.watching.polling import SINGLY, Polling


def test_it_is_due_once_an_interval() -> None:
    polling = Polling(900, now=0.0)
    assert not polling.is_due(899.0)
    assert polling.is_due(900.0)
    assert not polling.is_due(901.0)
    assert polling.deadline() == 1_800.0


def test_few_folders_are_crawled_singly_and_many_as_their_root() -> None:
    polling = Polling(900, now=0.0)
    polling.roots.add(b"/share")
    assert polling.doubtful([b"/r/b", b"/r/a"], [b"/r"]) == [b"/share", b"/r/a", b"/r/b"]
    many = [b"/r/%d" % number for number in range(SINGLY + 1)]
    assert polling.doubtful(many, [b"/r", b"/s"]) == [b"/r", b"/share"]
