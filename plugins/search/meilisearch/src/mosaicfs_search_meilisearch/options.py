"""What the owner may set: which server, and what is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from mosaicfs.errors import OptionsError
from mosaicfs.model.secret import Secret
from mosaicfs_extraction.types import EVERYTHING, globs_of

NAME: Final = "fulltext-meilisearch"
WINDOW: Final = 100
"""So many files are worked on at a time, and sent together."""
_index_uid = re.compile(r"[A-Za-z0-9_-]{1,400}")


@dataclass(frozen=True, slots=True)
class MeilisearchOptions:
    meilisearch_url: str = field(
        default="http://meilisearch:7700", metadata={"help": "Address of the server, as this machine reaches it."}
    )
    meilisearch_api_key: Secret = field(
        default=Secret(""), metadata={"help": "A key of that server that may write and search the index."}
    )
    index: str = field(
        default="mosaicfs", metadata={"help": "Name of the index there; all nodes of an instance share one."}
    )
    answers: bool = field(
        default=True, metadata={"help": "Answer questions for the whole index. One node does; all others only index."}
    )
    max_file_mb: int = field(
        default=50, metadata={"help": "Larger files are found by their name only.", "minimum": 0, "maximum": 4096}
    )
    max_text_kb: int = field(
        default=1024, metadata={"help": "The text of a file is cut there.", "minimum": 1, "maximum": 16_384}
    )
    types: str = field(default=EVERYTHING, metadata={"help": "MIME globs, with commas between: what is looked into."})
    fetch_remote: bool = field(
        default=False, metadata={"help": "Read also what is not on this machine, through the tiers."}
    )
    commit_s: float = field(
        default=2.0, metadata={"help": "Send what waits after so long.", "minimum": 0.05, "maximum": 15}
    )
    max_results: int = field(
        default=20, metadata={"help": "Hits of a query that names no limit.", "minimum": 1, "maximum": 500}
    )

    @property
    def globs(self) -> tuple[str, ...]:
        return globs_of(self.types)

    @property
    def place(self) -> tuple[str, str, str]:
        """Whoever is asked: another one is another index."""
        return self.meilisearch_url, self.meilisearch_api_key.reveal(), self.index

    def check(self) -> None:
        """Whether anybody can be asked, before a file is read."""
        address = urlsplit(self.meilisearch_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise OptionsError(NAME, "meilisearch_url must be an address that begins with http:// or https://")
        if address.username or address.password or address.query or address.fragment:
            raise OptionsError(NAME, "meilisearch_url must not hold a name, a password, ? or #")
        if not _index_uid.fullmatch(self.index):
            raise OptionsError(NAME, "index takes letters, digits, - and _")
