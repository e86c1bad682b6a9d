"""Every trouble of ours is one number for the system, and the word for it is known."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from mosaicfs import errors
from mosaicfs_mount.errnos import OF_REASONS, errno_of


def classes(above: type[errors.MosaicError] = errors.MosaicError) -> Iterator[type[errors.MosaicError]]:
    yield above
    for below in above.__subclasses__():
        yield from classes(below)


def test_every_reason_that_an_error_gives_has_a_number() -> None:
    assert {each.reason for each in classes() if each.__module__ == "mosaicfs.errors"} <= set(OF_REASONS)


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (errors.SourceUnavailableError("nas"), errno.EHOSTUNREACH),
        (errors.DiskMissingError("/disk"), errno.EHOSTUNREACH),
        (errors.NoNetworkError("file::1"), errno.ENETUNREACH),
        (errors.TimedOutError("nas", 3), errno.ETIMEDOUT),
        (errors.PathRefusedError("/x", "it leads out"), errno.EACCES),
        (errors.SignInNeededError("drive"), errno.EACCES),
        (errors.EntryGoneError("file::1"), errno.ENOENT),
        (errors.EntryChangedError("file::1"), errno.ESTALE),
        (errors.DigestMismatchError("file::1", "nas"), errno.EIO),
        (errors.PluginBrokenError("p", "it fell over"), errno.EIO),
        (errors.ThrottledError("drive"), errno.EBUSY),
        (errors.TooManyReadsError(7), errno.EBUSY),
        (errors.NotShownError("/x"), errno.ENOENT),
        (errors.BadQueryError("bad_request", "no such prefix"), errno.EINVAL),
        (errors.UnsupportedError("this"), errno.EIO),
    ],
)
def test_a_program_is_given_the_number_that_the_table_says(error: errors.MosaicError, number: int) -> None:
    assert errno_of(error) == number
