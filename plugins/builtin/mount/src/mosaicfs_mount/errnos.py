"""The number that the system is given for an error of ours. Nowhere else does one know the other."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

from mosaicfs.errors import BadQueryError, MosaicError, NotShownError, TryLaterError
from mosaicfs.model.guard_rule import GuardErrno

OF_REASONS: Mapping[str, int] = MappingProxyType(
    {
        "source_offline": errno.EHOSTUNREACH,
        "disk_missing": errno.EHOSTUNREACH,
        "no_network": errno.ENETUNREACH,
        "source_timeout": errno.ETIMEDOUT,
        "path_refused": errno.EACCES,
        "access_refused": errno.EACCES,
        "sign_in_needed": errno.EACCES,
        "quota_full": errno.EACCES,
        "archived": errno.EACCES,
        "misconfigured": errno.EACCES,
        "gone": errno.ENOENT,
        "changed": errno.ESTALE,
        "digest_mismatch": errno.EIO,
        "plugin_failed": errno.EIO,
        "source_busy": errno.EBUSY,
        "guarded": errno.EAGAIN,
        "too_many_reads": errno.EBUSY,
        "read_only": errno.EROFS,
    }
)
"""By the word that the extended attribute, the API and the log have for it."""

_OF_CLASSES: Mapping[type[MosaicError], int] = MappingProxyType(
    {NotShownError: errno.ENOENT, BadQueryError: errno.EINVAL}
)
"""What is no trouble of bytes: a name that is not there, a search that cannot be read."""


class GuardedError(TryLaterError):
    """A rule keeps a program from what is not here. `number` is what the rule says that it is told."""

    reason = "guarded"

    def __init__(self, process: str, path: str, number: GuardErrno = "EAGAIN") -> None:
        self.number = {"EAGAIN": errno.EAGAIN, "EACCES": errno.EACCES}[number]
        super().__init__(
            f"{path} is not on this machine, and a rule keeps {process} from having it fetched. "
            "To allow it, add a rule to [[access.guard]] in mosaicfs.toml."
        )


def errno_of(error: MosaicError) -> int:
    if isinstance(error, GuardedError):
        return error.number
    for known in type(error).__mro__:
        if known in _OF_CLASSES:
            return _OF_CLASSES[known]
    return OF_REASONS.get(error.reason, errno.EIO)


class SystemRefusal(Exception):  # noqa: N818 - an answer, not a failure
    """An answer to the system that is a number: nothing went wrong, this is how a file system says no."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(errno.errorcode.get(number, str(number)))


def name_too_long() -> SystemRefusal:
    return SystemRefusal(errno.ENAMETOOLONG)


def no_such_name() -> SystemRefusal:
    return SystemRefusal(errno.ENOENT)


def no_such_attribute() -> SystemRefusal:
    return SystemRefusal(errno.ENODATA)


def read_only() -> SystemRefusal:
    return SystemRefusal(errno.EROFS)


def another_version() -> SystemRefusal:
    return SystemRefusal(errno.ESTALE)


def not_open() -> SystemRefusal:
    return SystemRefusal(errno.EBADF)


def not_a_directory() -> SystemRefusal:
    return SystemRefusal(errno.ENOTDIR)


def is_a_directory() -> SystemRefusal:
    return SystemRefusal(errno.EISDIR)


def stopping() -> SystemRefusal:
    return SystemRefusal(errno.EBUSY)
