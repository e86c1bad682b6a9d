"""Folders of this machine that show files of others: network file systems, and what cloud programs keep in step.

A path in one of them is touched for one reason only: somebody opens a file there.
"""
