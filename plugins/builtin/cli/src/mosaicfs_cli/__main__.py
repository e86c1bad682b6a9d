"""`python -m mosaicfs_cli`: how the supervisor starts its duties, wherever the script `mosaicfs` was put."""

import sys

from mosaicfs_cli.program import main

if __name__ == "__main__":
    sys.exit(main())
