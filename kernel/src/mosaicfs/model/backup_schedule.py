"""When the database is saved, where to, and which of the saved files are kept."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Count, Noun, written


class BackupRetention(Noun, frozen=True, kw_only=True):
    """How many of each class are kept; the newest verified file always stays."""

    last: Count = written(7)
    daily: Count = written(7)
    weekly: Count = written(4)
    monthly: Count = written(12)


class BackupSchedule(Noun, frozen=True, kw_only=True, tag_field="type", tag="backup_schedule"):
    """Without `backend_name` the files stay on the control plane's machine. `encrypt_to` is an age recipient."""

    name: str
    enabled: bool = written(True)
    backup_type: Literal["minimal", "full"] = written("minimal")
    backend_name: str | None = None
    every: Literal["hour", "day", "week"] = written("day")
    at: str = written("03:15")
    weekday: str | None = None
    retention: BackupRetention = written(BackupRetention())
    compress: str = written("zstd")
    encrypt_to: str | None = None
    verify: Literal["never", "weekly", "each"] = written("weekly")
