"""Prints `docs/operating/metrics.md` from the table of metrics.

    python -m mosaicfs_control.metrics.page [--check] [FILE]

`--check` writes nothing and fails when the page is not what would be printed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from mosaicfs_control.metrics.names import METRICS, Metric

PAGE = Path("docs/operating/metrics.md")

_BEFORE = """\
# Metrics

<!-- Printed by `python -m mosaicfs_control.metrics.page`; change `metrics/names.py` instead. -->

The control plane tells how the whole instance fares at `GET /metrics`, in the text format of Prometheus. It may be read
by the owner at the Unix socket, with an access key of scope `read` or `full`, and with HTTP Basic and a key of scope
`metrics`, which can do nothing else:

```
$ mosaicfs credentials create --name prometheus --scope metrics
$ curl --unix-socket "$XDG_RUNTIME_DIR/mosaicfs/api.sock" http://localhost/metrics
```

In `prometheus.yml`, with the CA of the instance (`keys/ca.crt` in the state directory of the control plane):

```yaml
scrape_configs:
  - job_name: mosaicfs
    scheme: https
    metrics_path: /metrics
    static_configs: [{targets: ["control.example:8443"]}]
    tls_config: {ca_file: /etc/prometheus/mosaicfs-ca.crt}
    basic_auth: {username: MOSAICFS_0123456789ABCDEF, password_file: /etc/prometheus/mosaicfs-secret}
```

A machine that has joined shows the same names at its own socket, `replica.sock`, for its owner: those that are about
this node, as they are at that moment, and what its process can say of itself. Whether it is online is left to the
control plane. There `mosaicfs_replication_lag_seconds` is at most half a minute while all is well, and files are
counted every five minutes. `metrics.enabled = false` switches it off.

```
$ curl --unix-socket "$XDG_RUNTIME_DIR/mosaicfs/replica.sock" http://localhost/metrics
```

[alerts.yml](alerts.yml) holds alerts for what is worth waking somebody, [grafana.json](grafana.json) a dashboard to
import. Both use only what stands here, and `job="mosaicfs"`.

What agents measure reaches the control plane with their status, at most every half minute; a node that is away shows
what it told last, so look at `mosaicfs_node_up` first. Agents do not count over several crawls: figures of a crawl are
those of the one that runs, or of the last. Labels hold no names of files.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
"""


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is not current")
    parser.add_argument("file", nargs="?", type=Path, default=PAGE)
    given = parser.parse_args()
    text = page()
    if not given.check:
        given.file.write_text(text, encoding="utf-8")
        return 0
    if given.file.exists() and given.file.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{given.file} is not current. Print it with: python -m mosaicfs_control.metrics.page\n")
    return 1


def page() -> str:
    return _BEFORE + "".join(map(_row, METRICS.values()))


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{name}`" for name in metric.labels) or "none"
    return f"| `{metric.whole_name}` | {metric.kind} | {labels} | {metric.help} |\n"


if __name__ == "__main__":
    sys.exit(main())
