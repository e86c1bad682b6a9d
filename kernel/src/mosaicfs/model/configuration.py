"""What a person may set on a machine, by section of `mosaicfs.toml`, each key with the help that the docs page prints.

A key stands here when something uses it. Where a value comes from (option, environment, file) and what is refused is in
`config`; the options of a plugin are its own and pass through unread. What holds for the whole instance is a document,
in `settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from mosaicfs.model.guard_rule import GuardRule, GuardSet, StormAction
from mosaicfs.model.json import JsonObject

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "text", "json"]

PLUGIN_SECTION = "plugin"


def _says(text: str, *, empty: str = "") -> dict[str, str]:
    """The help of a key; `empty` tells what an empty default means."""
    return {"help": text, "empty": empty}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    listen: tuple[str, ...] = field(
        default=("http://127.0.0.1:8440",),
        metadata=_says(
            "Addresses that the control plane listens on, each `http://<loopback address>:<port>`, "
            "`https://<address>:<port>` or `unix:<path>`. The owner's own socket is always there."
        ),
    )
    names: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Further names and addresses that the server is reached by; they go into its certificate. "
            "`name:port` is for a proxy that answers at another port.",
            empty="those of this machine",
        ),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Addresses or networks of proxies whose `X-Forwarded-For`, `-Proto` and `-Host` count.", empty="none"
        ),
    )
    cors_origins: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Exact origins, such as `http://localhost:5173`, whose pages may call the API; only with "
            "`mosaicfs server --developer-mode`.",
            empty="none",
        ),
    )
    tls_certificate: str = field(
        default="",
        metadata=_says("PEM file with a certificate of yours, and its chain, for browsers.", empty="our own"),
    )
    tls_key: str = field(default="", metadata=_says("PEM file with the key of that certificate.", empty="none"))
    socket_group: str = field(
        default="",
        metadata=_says("Group whose members count as the owner at the Unix socket.", empty="nobody else"),
    )
    web: bool = field(default=True, metadata=_says("Whether the web page is served beside the API."))


@dataclass(frozen=True, slots=True)
class StoreSettings:
    driver: str = field(
        default="sqlite",
        metadata=_says(
            "What keeps the documents: `sqlite`, a file of this machine, or `couchdb`, a CouchDB server "
            "(for a control plane)."
        ),
    )
    url: str = field(
        default="",
        metadata=_says("Address of the CouchDB server, such as `http://127.0.0.1:5984`.", empty="none"),
    )
    user: str = field(default="", metadata=_says("Name that the CouchDB server knows us by.", empty="none"))
    secret: str = field(
        default="",
        repr=False,
        metadata={**_says("Password of that name.", empty="none"), "secret": "never in the file"},
    )
    secret_file: str = field(
        default="", metadata=_says("A file of ours with mode 0600 that holds the password.", empty="none")
    )


@dataclass(frozen=True, slots=True)
class AgentSettings:
    control_plane_url: str = field(
        default="",
        metadata=_says("Address of the control plane that this node replicates with.", empty="stand-alone"),
    )
    name: str = field(
        default="", metadata=_says("Name of this node; its id is made of it at the first start.", empty="the host name")
    )
    watch_paths: tuple[str, ...] = field(
        default=(), metadata=_says("Absolute folders whose files are indexed.", empty="nothing is indexed")
    )
    watch_roots: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Absolute folders inside which the control plane may add folders to watch. An empty list that is given "
            "allows none.",
            empty="the home directory of a person, none of a service",
        ),
    )
    excluded_paths: tuple[str, ...] = field(
        default=(), metadata=_says("Absolute paths that are never indexed, with everything below them.", empty="none")
    )
    excluded_globs: tuple[str, ...] = field(
        default=(), metadata=_says("Patterns such as `**/*.bak` of what is never indexed.", empty="none")
    )
    transfer_serve_paths: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Absolute folders whose files are served to readers although nobody indexes them.", empty="none"
        ),
    )
    default_excludes: bool = field(
        default=True, metadata=_says("Leave out trash, caches, `node_modules`, unfinished downloads and their like.")
    )
    ignore_file: str = field(
        default=".mosaicignore",
        metadata=_says("Name of files with gitignore rules for their folder and below.", empty="none is looked for"),
    )


@dataclass(frozen=True, slots=True)
class ClientSettings:
    server_url: str = field(
        default="",
        metadata=_says(
            "Address of the control plane that commands ask when none runs here; written by `mosaicfs login`.",
            empty="none",
        ),
    )


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    batch_size: int = field(default=4_000, metadata=_says("Files that are written to the index at once."))
    batch_ms: int = field(default=2_000, metadata=_says("Longest that a found file waits for its batch."))
    nightly: bool = field(default=True, metadata=_says("Look through all watched folders once a night."))
    nightly_at: str = field(default="03:00", metadata=_says("Local time of that."))
    nightly_jitter_s: int = field(default=1_800, metadata=_says("How much later, differently on each node, at most."))
    nice: int = field(
        default=10, metadata=_says("Priority of the thread that walks folders, as of the command `nice`.")
    )
    io_class: Literal["idle", "best-effort", "none"] = field(
        default="idle", metadata=_says("Its class of access to disks, as of `ionice`.")
    )
    max_files_per_s: int = field(default=0, metadata=_says("Most files that are looked at in a second; 0: no limit."))
    pause_on_battery: bool = field(default=False, metadata=_says("Do not look through folders on battery."))
    symlinks: Literal["skip", "files", "follow"] = field(
        default="skip",
        metadata=_says("`files`: index links to files of the same watched folder; `follow`: folders too."),
    )
    cross_filesystems: Literal["none", "local", "all"] = field(
        default="local", metadata=_says("Which other file systems below a watched folder are entered.")
    )
    sniff_mime: bool = field(
        default=True, metadata=_says("Look at the first bytes of a file whose extension says nothing.")
    )
    marker: Literal["auto", "required"] = field(
        default="auto", metadata=_says("`required`: a watched folder without its marker file counts as absent.")
    )
    brake_fraction: float = field(
        default=0.25,
        metadata=_says("Deletions wait for a person when more than this part of a folder's files is missing."),
    )
    brake_min_files: int = field(default=100, metadata=_says("…and at least so many."))


@dataclass(frozen=True, slots=True)
class WatchSettings:
    enabled: bool = field(default=True, metadata=_says("Notice changes as they happen."))
    driver: Literal["auto", "native", "fanotify", "poll"] = field(
        default="auto",
        metadata=_says(
            "How changes are noticed: `auto` watches folder by folder and polls network folders; `native` watches "
            "those too; `fanotify` watches whole file systems, as root on Linux 5.17 or later; `poll` only polls."
        ),
    )
    debounce_ms: int = field(default=500, metadata=_says("How long a path must be quiet before it is looked at."))
    rename_window_ms: int = field(default=2_000, metadata=_says("How long a file that is gone may turn up elsewhere."))
    min_interval_s: int = field(
        default=10, metadata=_says("A file that is written all the time is looked at so often.")
    )
    storm_events_per_s: int = field(default=1_000, metadata=_says("More than this for `storm_seconds` is a storm."))
    storm_seconds: int = field(
        default=5, metadata=_says("How many seconds in a row make a storm; folders are crawled instead then.")
    )
    poll_interval_s: int = field(default=900, metadata=_says("How often folders are looked at that cannot be watched."))


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    interval_s: int = field(default=30, metadata=_says("How often the node tells how it is."))


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    enabled: bool = field(
        default=True, metadata=_says("`GET /metrics` on the agent's own socket, for a machine that has joined.")
    )


@dataclass(frozen=True, slots=True)
class StorageSettings:
    utilization_interval_s: int = field(default=3_600, metadata=_says("How often disks are looked at."))


@dataclass(frozen=True, slots=True)
class TreeSettings:
    cache_bytes: int = field(
        default=128 << 20, metadata=_says("Most memory for listings of the tree that are kept; less costs time only.")
    )
    show_mosaic: bool = field(default=False, metadata=_says("List `/.mosaic` in `/`; by name it is always there."))
    preview_timeout_s: int = field(default=10, metadata=_says("A preview of a directory ends after that, in part."))


@dataclass(frozen=True, slots=True)
class AccessSettings:
    guard: tuple[GuardRule, ...] = field(
        default=(),
        metadata=_says("Rules for programs that open files whose bytes are elsewhere; asked in order.", empty="none"),
    )
    guard_sets: tuple[GuardSet, ...] = field(
        default=("thumbnailers",),
        metadata=_says(
            "Rules that come with MosaicFS and are asked after those: `thumbnailers`, `indexers`, `scanners`. They "
            "refuse such programs whatever is not here.",
            empty="none",
        ),
    )
    storm_action: StormAction = field(
        default="warn",
        metadata=_says(
            "What happens to a program without a rule that opens more than 50 files in 10 seconds that are not here: "
            "`warn` tells the owner; `refuse` also refuses it such files for a minute."
        ),
    )


@dataclass(frozen=True, slots=True)
class CacheSettings:
    max_bytes: int = field(
        default=10 << 30, metadata=_says("Most bytes of files from elsewhere that are kept here, pinned ones apart.")
    )
    min_free_bytes: int = field(
        default=1 << 30, metadata=_says("The cache gives way before less than this is free on its disk.")
    )
    block_threshold_bytes: int = field(
        default=50 << 20, metadata=_says("From this size on only those parts of a file are fetched that are read.")
    )


@dataclass(frozen=True, slots=True)
class PinSettings:
    on_metered: bool = field(
        default=False, metadata=_says("Fetch what is kept offline also while the system calls the network metered.")
    )


@dataclass(frozen=True, slots=True)
class TransferSettings:
    listen: str = field(
        default="[::]:7845", metadata=_says("Address and port where other nodes fetch files of this one.")
    )
    advertise: tuple[str, ...] = field(
        default=(),
        metadata=_says("Addresses, each `host:port`, that other nodes are told.", empty="the own ones"),
    )
    bandwidth_limit_mbps: int = field(
        default=0, metadata=_says("Most megabits a second for files, to and from other nodes, each; 0: no limit.")
    )


@dataclass(frozen=True, slots=True)
class MountSettings:
    path: str = field(default="", metadata=_says("Where the tree is mounted.", empty="`MosaicFS` in the home folder"))
    options: str = field(
        default="", metadata=_says("Options of the mount, separated by commas, as `-o` takes them.", empty="none")
    )
    max_requests: int = field(
        default=1_024, metadata=_says("Requests that are worked on at once; at most three quarters may wait for bytes.")
    )


@dataclass(frozen=True, slots=True)
class AccessTrackingSettings:
    flush_interval_s: int = field(default=300, metadata=_says("How often it is written down which files were read."))
    debounce_threshold_s: int = field(
        default=3_600, metadata=_says("A file that is read all the time is written down so often.")
    )


@dataclass(frozen=True, slots=True)
class PluginsSettings:
    directory: str = field(
        default="",
        metadata=_says("Folder of single-file plugins beside the installed ones.", empty="see `mosaicfs paths`"),
    )
    disabled: tuple[str, ...] = field(
        default=(), metadata=_says("Names of plugins that are not to be loaded.", empty="none")
    )
    sandbox: Literal["off", "auto", "required"] = field(
        default="auto",
        metadata=_says("Run executables in a sandbox: `off`, `auto` (where one works), `required` (or not at all)."),
    )
    pass_env: tuple[str, ...] = field(
        default=(),
        metadata=_says("Further variables of the environment that executables see; never `MOSAICFS_*`.", empty="none"),
    )
    socket_users: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Users, by name or number, whose plugins at a socket are spoken to.", empty="root and the agent's own"
        ),
    )
    memory_max_mb: int = field(default=1024, metadata=_says("Memory that a process of an executable may take."))
    cpu_percent: int = field(default=100, metadata=_says("Part of one processor that an executable may take."))
    tasks_max: int = field(default=64, metadata=_says("Processes and threads that an executable may have."))
    file_size_max_mb: int = field(default=4096, metadata=_says("Size of the largest file that it may write."))


@dataclass(frozen=True, slots=True)
class LoggingSettings:
    level: LogLevel = field(default="info", metadata=_says("The least that is worth a line."))
    format: LogFormat = field(default="auto", metadata=_says("`auto` means `text` on a terminal and `json` elsewhere."))
    file: str = field(
        default="", metadata=_says("File for log lines, or `default` for one in the state directory.", empty="stderr")
    )
    max_mb: int = field(default=50, metadata=_says("Size at which that file is put aside and a new one begun."))
    keep: int = field(default=5, metadata=_says("How many files are kept."))


@dataclass(frozen=True, slots=True)
class Settings:
    """`given` tells where each key that is not a default was set: `FILE:LINE`, a variable or an option.

    `developer_mode` is of one run of the server, and no key: it must not be left on by a file that nobody looks at.
    """

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    agent: AgentSettings = AgentSettings()
    client: ClientSettings = ClientSettings()
    crawl: CrawlSettings = CrawlSettings()
    watch: WatchSettings = WatchSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    metrics: MetricsSettings = MetricsSettings()
    storage: StorageSettings = StorageSettings()
    tree: TreeSettings = TreeSettings()
    access: AccessSettings = AccessSettings()
    cache: CacheSettings = CacheSettings()
    pin: PinSettings = PinSettings()
    transfer: TransferSettings = TransferSettings()
    mount: MountSettings = MountSettings()
    access_tracking: AccessTrackingSettings = AccessTrackingSettings()
    plugins: PluginsSettings = PluginsSettings()
    logging: LoggingSettings = LoggingSettings()
    plugin_options: Mapping[str, JsonObject] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    developer_mode: bool = False

    def place(self, key: str) -> str:
        """Where `section.key` was set, for an error that names it."""
        return self.given.get(key, f"{key} (default)")


SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "server": ServerSettings,
        "store": StoreSettings,
        "agent": AgentSettings,
        "client": ClientSettings,
        "crawl": CrawlSettings,
        "watch": WatchSettings,
        "heartbeat": HeartbeatSettings,
        "metrics": MetricsSettings,
        "storage": StorageSettings,
        "tree": TreeSettings,
        "access": AccessSettings,
        "cache": CacheSettings,
        "pin": PinSettings,
        "transfer": TransferSettings,
        "mount": MountSettings,
        "access_tracking": AccessTrackingSettings,
        "plugins": PluginsSettings,
        "logging": LoggingSettings,
    }
)
