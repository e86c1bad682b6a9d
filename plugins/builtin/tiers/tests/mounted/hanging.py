"""A file system that never answers: `python hanging.py FOLDER` mounts it, says so, and does nothing for ever."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mosaicfs_mount.device.mounting import mount

if __name__ == "__main__":
    mount(Path(sys.argv[1]), {"fsname=hanging", "subtype=hanging"})
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)
