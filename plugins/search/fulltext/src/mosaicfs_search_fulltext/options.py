"""What the owner may set, in `[plugin.fulltext-search]` or in the plugin's document."""

from __future__ import annotations

from dataclasses import dataclass, field

from mosaicfs_extraction.types import EVERYTHING, globs_of

WINDOW = 100
"""So many files are worked on at a time. More would wait longer for their turn than a job may take, and committing
them together was measured to be no quicker."""


@dataclass(frozen=True, slots=True)
class FulltextOptions:
    max_file_mb: int = field(
        default=50, metadata={"help": "Larger files are found by their name only.", "minimum": 0, "maximum": 4096}
    )
    max_text_kb: int = field(
        default=1024, metadata={"help": "The text of a file is cut there.", "minimum": 1, "maximum": 65_536}
    )
    types: str = field(default=EVERYTHING, metadata={"help": "MIME globs, with commas between: what is looked into."})
    fetch_remote: bool = field(
        default=False, metadata={"help": "Read also what is not on this machine, through the tiers."}
    )
    commit_docs: int = field(
        default=WINDOW, metadata={"help": "Commit when so many files wait for it.", "minimum": 1, "maximum": 10_000}
    )
    commit_s: float = field(
        default=5.0, metadata={"help": "Commit when one has waited so long.", "minimum": 0.05, "maximum": 30}
    )
    max_results: int = field(
        default=20, metadata={"help": "Hits of a query that names no limit.", "minimum": 1, "maximum": 500}
    )

    @property
    def globs(self) -> tuple[str, ...]:
        return globs_of(self.types)
