"""One function a format: from a path to pieces of text, in the order in which a person reads them.

Libraries are imported by the first file that needs them. What they raise is the caller's matter (`refusal`). A piece
may be empty: it says that work goes on, so that whoever counts the time can do so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

Pieces: TypeAlias = Iterator[str]
Format: TypeAlias = Callable[[Path, int], Pieces]
"""Given the most characters that anybody will take."""
