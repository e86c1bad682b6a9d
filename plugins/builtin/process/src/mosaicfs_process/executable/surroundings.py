"""What a program finds around it: its folder, and the few variables that it is told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

FOLDER = "plugin-state"
_ALWAYS = ("PATH", "LANG", "TZ")
_PATH = "/usr/local/bin:/usr/bin:/bin"


def home_of(state_dir: Path, plugin: str) -> Path:
    """Kept between runs, for us alone. `plugin` was checked to be the name of one."""
    home = state_dir / FOLDER / plugin
    for folder in (home, home / "tmp"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    return home


def environment_of(home: Path, pass_env: Iterable[str], given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Nothing of ours gets through, whatever the owner names."""
    named = {name for name in pass_env if not name.startswith("MOSAICFS_")}
    wanted = {name for name in given if name in _ALWAYS or name.startswith("LC_") or name in named}
    told = {"PATH": _PATH, **{name: given[name] for name in sorted(wanted)}}
    return {**told, "HOME": str(home), "TMPDIR": str(home / "tmp")}
