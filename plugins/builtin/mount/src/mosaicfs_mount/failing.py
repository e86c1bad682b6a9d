"""That a mount cannot be there, or fell over: told to the owner, who may only see a folder without anything in it.

That this machine has no FUSE at all is no failure. Whoever wanted a mount was told what is missing, and how to get it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mosaicfs.errors import GiveUpError, UnsupportedError
from mosaicfs.model.notices import Notices

CONDITION: Final = "mount_failed"


class FuseMissingError(UnsupportedError):
    """Something that this machine lacks, and how it is got."""

    def __init__(self, trouble: str) -> None:
        GiveUpError.__init__(self, trouble)


@contextmanager
def told_of(notices: Notices, path: Path) -> Iterator[None]:
    """What is raised is told, and raised on."""
    try:
        yield
    except Exception as trouble:
        cause = _alone(trouble)
        if not isinstance(cause, FuseMissingError):
            message = f"The tree is not mounted at {path}. {str(cause) or type(cause).__name__}"
            notices.observe(CONDITION, "error", "The mount does not work", message)
        raise


def _alone(trouble: Exception) -> Exception:
    """A nursery wraps what was raised; one error in many wrappings is still that error."""
    while isinstance(trouble, ExceptionGroup) and len(trouble.exceptions) == 1:
        trouble = trouble.exceptions[0]
    return trouble
