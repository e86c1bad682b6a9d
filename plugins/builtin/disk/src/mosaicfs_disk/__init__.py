"""Folders of this machine: the hook `crawl` for them, and the face of the duty `agent` that watches them."""
