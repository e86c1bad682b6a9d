"""`python -m bench` runs all benchmarks, `python -m bench store --documents 20000` one of them in another size."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

BENCHES = (
    "store",
    "replicate",
    "index",
    "search",
    "api",
    "join",
    "tree",
    "mount",
    "crowd",
    "transfer",
    "fulltext",
    "background",
    "web",
)
"""Each is a module here with `describe(parser)`, which declares its sizes, and `run(options)`: were the targets met?"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios against a peer in the same run.")
    words = parser.add_subparsers(metavar="NAME", required=True)
    for name in BENCHES:
        module = import_module(f"bench.{name}")
        one = words.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        module.describe(one)
        one.set_defaults(run=module.run)
    chosen = [arguments] if arguments else [[name] for name in BENCHES]
    met = [options.run(options) for options in map(parser.parse_args, chosen)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
