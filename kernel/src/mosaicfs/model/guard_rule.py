"""What a program may do with files whose bytes are elsewhere: the rules of `[[access.guard]]`.

A program that looks into every file must not cause gigabytes of transfers. Who asks the rules is the mount; the ones
that come with MosaicFS are there too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

GuardAction = Literal["allow", "refuse", "header"]
GuardErrno = Literal["EAGAIN", "EACCES"]
GuardSet = Literal["thumbnailers", "indexers", "scanners"]
StormAction = Literal["warn", "refuse"]

HEADER_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class GuardRule:
    """The first rule that fits decides, and only for files that are not on this machine."""

    process: tuple[str, ...] = field(
        metadata={
            "help": "Patterns such as `tumblerd` or `/usr/lib/*/thumbnail*`: one of them must fit the name of the "
            "process, of which the system keeps 15 characters, or the whole path of its program."
        }
    )
    action: GuardAction = field(
        metadata={
            "help": "`allow`; `refuse`: the file cannot be opened; `header`: only its beginning can be read, and "
            "nothing more is fetched for it."
        }
    )
    path: str = field(
        default="", metadata={"help": "Pattern for its path in the tree; `*` stands for slashes too.", "empty": "any"}
    )
    min_bytes: int = field(default=0, metadata={"help": "Smaller files are not meant."})
    errno: GuardErrno = field(
        default="EAGAIN",
        metadata={"help": "What the program is told: `EAGAIN`, to try again later, or `EACCES`, that it may not."},
    )
    header_bytes: int = field(
        default=HEADER_BYTES, metadata={"help": "How long the beginning is: reads that begin in it are served."}
    )
