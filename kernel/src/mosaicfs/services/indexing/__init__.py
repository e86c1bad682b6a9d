"""The index of this machine's files: what was seen of them becomes documents, and no file loses its identity by it.

`identity` decides which document a path belongs to, `describing` makes the documents, `memory` remembers what each file
looked like, `intake` writes both in the order that survives a kill, `crawling` and `departing` take in what a crawl and
a watcher see, `brake` and `holds` keep a vanished disk from looking like deleted files.
"""
