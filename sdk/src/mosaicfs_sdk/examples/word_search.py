"""A search engine as a process of its own: `python -m mosaicfs_sdk.examples.word_search SOCKET`.

It hears of text files as events and answers `search`. Its index lives as long as it does; the agent sends everything
again when it is asked for a full sync.
"""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from typing import Any

from mosaicfs_sdk.process import Failed, SocketPlugin

ARRIVALS = ("file.added", "file.modified", "file.moved")
INFO = {
    "name": "word-search",
    "title": "Word search",
    "summary": "Finds text files by the words inside them.",
    "version": "1",
    "api": 1,
    "hooks": ["annotate", "query"],
    "capabilities": ["search"],
    "events": [*ARRIVALS, "file.deleted"],
    "mime_globs": ["text/*"],
}


class WordSearch:
    def __init__(self) -> None:
        self.words: dict[str, set[str]] = {}

    def on_event(self, envelope: dict[str, Any]) -> None:
        """An event may come again; the second time changes nothing."""
        payload = envelope.get("payload", {})
        if envelope["event"] == "file.deleted":
            self.words.pop(payload["file_id"], None)
        elif envelope["event"] in ARRIVALS and (path := payload.get("content_path")):
            self.words[payload["file_id"]] = words_of(read(Path(path)))

    def on_request(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        if name != "query":
            raise Failed("give_up", f"{name} is not answered here", code="unsupported")
        asked = words_of(payload["query"])
        found = sorted(file_id for file_id, words in self.words.items() if asked and asked <= words)
        results = [{"file_id": file_id, "score": 1.0} for file_id in found[: payload.get("limit", 20)]]
        return {"description": "files that hold every word", "results": results, "total": len(found)}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as trouble:
        raise Failed("give_up", str(trouble), code="entry_unreadable") from None


def plugin() -> SocketPlugin:
    search = WordSearch()
    return SocketPlugin("word-search", "1", on_event=search.on_event, on_request=search.on_request, info=INFO)


def main() -> int:
    running = plugin()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: running.stop())
    running.run(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
