"""The index of names: half a million file names in memory, column by column, for `Store.search`.

A pure core that every driver feeds in its own way; what it holds is derived and made again when a process starts. It is
the one room that computes with numpy, so nothing outside imports it before somebody searches.
"""
