"""`plocate` over the paths of the bench: a database as `updatedb` would leave it, and a process a query."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PATH: Final = "/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin:/usr/local/sbin"


class Plocate:
    """Names are compared without their folders, and without case, as a search does."""

    def __init__(self, program: str, database: Path) -> None:
        self._command = [program, "-d", str(database), "-i", "-b"]

    def search(self, word: str, most: int | None = None) -> bytes:
        """Paths, a line each. A word with a `*` would be a glob; exit status 1 means that nothing fits."""
        limit = [] if most is None else ["-l", str(most)]
        return subprocess.run([*self._command, *limit, "--", word], check=False, stdout=subprocess.PIPE).stdout


def plocate_over(folder: Path, paths: Iterable[str]) -> Plocate | None:
    """None where it is not installed. What it needs is put into `folder`."""
    search, build = (shutil.which(name, path=PATH) for name in ("plocate", "plocate-build"))
    if search is None or build is None:
        return None
    listed, database = folder / "paths", folder / "plocate.db"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    subprocess.run([build, "-p", listed, database], check=True)
    return Plocate(search, database)
