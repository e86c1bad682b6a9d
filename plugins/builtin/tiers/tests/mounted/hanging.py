"""A file system that never answers: `python hanging.py FOLDER` mounts it, says so, and does nothing for ever."""

from __future__ import annotations

import sys
import time

import pyfuse3

if __name__ == "__main__":
    pyfuse3.init(pyfuse3.Operations(), sys.argv[1], {"fsname=hanging"})
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)
