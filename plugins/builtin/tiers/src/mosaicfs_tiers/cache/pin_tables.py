"""The tables of what is pinned. How many bytes pinned entries hold is counted as they come, grow and go."""

from __future__ import annotations

from typing import Final

PIN_TABLES: Final = ("cache_pins", "cache_pinned")
PIN_SCHEMA: Final = """
CREATE TABLE cache_pins (cache_key TEXT PRIMARY KEY, is_blocked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cache_pinned (bytes INTEGER NOT NULL);
INSERT INTO cache_pinned VALUES (0);
CREATE TRIGGER pinned_entry_came AFTER INSERT ON cache_entries
WHEN EXISTS (SELECT 1 FROM cache_pins WHERE cache_key = new.cache_key AND NOT is_blocked) BEGIN
  UPDATE cache_pinned SET bytes = bytes + new.cached_bytes;
END;
CREATE TRIGGER pinned_entry_grew AFTER UPDATE OF cached_bytes ON cache_entries
WHEN EXISTS (SELECT 1 FROM cache_pins WHERE cache_key = new.cache_key AND NOT is_blocked) BEGIN
  UPDATE cache_pinned SET bytes = bytes + new.cached_bytes - old.cached_bytes;
END;
CREATE TRIGGER pinned_entry_went AFTER DELETE ON cache_entries
WHEN EXISTS (SELECT 1 FROM cache_pins WHERE cache_key = old.cache_key AND NOT is_blocked) BEGIN
  UPDATE cache_pinned SET bytes = bytes - old.cached_bytes;
END;
CREATE TRIGGER pin_came AFTER INSERT ON cache_pins WHEN NOT new.is_blocked BEGIN
  UPDATE cache_pinned SET bytes = bytes
    + coalesce((SELECT cached_bytes FROM cache_entries WHERE cache_key = new.cache_key), 0);
END;
CREATE TRIGGER pin_went AFTER DELETE ON cache_pins WHEN NOT old.is_blocked BEGIN
  UPDATE cache_pinned SET bytes = bytes
    - coalesce((SELECT cached_bytes FROM cache_entries WHERE cache_key = old.cache_key), 0);
END;
"""
