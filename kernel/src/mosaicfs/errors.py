"""What can go wrong, by what can be done about it: try later, ask the owner, give up.

A class builds its own message from facts, so that the same trouble reads the same everywhere. Which HTTP status or
errno an error becomes is decided at the edges (`control`, `mount`), never here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


class MosaicError(Exception):
    """Root of everything that MosaicFS raises on purpose.

    `reason` is the one word for it where a file could not be read: in the extended attribute, the API and the log.
    """

    reason = "plugin_failed"


class TryLaterError(MosaicError):
    """Nothing is wrong with the request; the same call may succeed after a wait."""

    retry_after_s: float | None = None


class AskOwnerError(MosaicError):
    """A person has to do something: sign in, make room, correct a setting."""


class GiveUpError(MosaicError):
    """The same call will never succeed."""


# --- try later ---------------------------------------------------------------------------------------------------


class SourceUnavailableError(TryLaterError):
    reason = "source_offline"

    def __init__(self, source: str, cause: str = "it does not answer") -> None:
        super().__init__(f"{source} is not available: {cause}.")


class DiskMissingError(SourceUnavailableError):
    """The place where a file lies is not attached; the rest of its machine may well be there."""

    reason = "disk_missing"

    def __init__(self, place: str) -> None:
        TryLaterError.__init__(self, f"{place} is not there. Attach the disk it lies on, or mount it.")


class DisconnectedError(SourceUnavailableError):
    """The plugin is not connected, or was cut off before its answer: nobody has looked at what it was asked."""

    def __init__(self, plugin: str) -> None:
        super().__init__(f"The plugin {plugin}", "it is not connected")


class NoNetworkError(SourceUnavailableError):
    reason = "no_network"

    def __init__(self, file_id: str) -> None:
        TryLaterError.__init__(self, f"{file_id} is not on this machine, and this machine has no network.")


class TooManyReadsError(TryLaterError):
    reason = "too_many_reads"

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} reads wait for bytes already. Try again when some of them have ended.")


class ThrottledError(TryLaterError):
    reason = "source_busy"

    def __init__(self, source: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        wait = f" for {retry_after_s:g} s" if retry_after_s is not None else ""
        super().__init__(f"{source} asks us to wait{wait}.")


class TimedOutError(TryLaterError):
    reason = "source_timeout"

    def __init__(self, what: str, limit_s: float) -> None:
        super().__init__(f"{what} did not answer within {limit_s:g} s.")


class StoreBusyError(TryLaterError):
    def __init__(self, waited_s: float) -> None:
        super().__init__(f"Another process has held the database for more than {waited_s:g} s.")


class StoreUnreachableError(TryLaterError):
    def __init__(self, where: str, cause: str) -> None:
        super().__init__(f"The document store at {where} cannot be reached: {cause}.")


class PeerGarbledError(TryLaterError):
    """Garbage, half an answer, an impossible page: what a broken proxy or a restart in between also looks like."""

    def __init__(self, peer: str, trouble: str) -> None:
        super().__init__(f"{peer} sent an answer that makes no sense: {trouble}.")


class ServerUnreachableError(TryLaterError):
    def __init__(self, url: str, cause: str) -> None:
        super().__init__(f"The control plane at {url} cannot be reached: {cause}.")


# --- ask the owner -----------------------------------------------------------------------------------------------


class AccessRefusedError(AskOwnerError):
    reason = "access_refused"

    def __init__(self, what: str, cause: str = "") -> None:
        super().__init__(f"Access to {what} is refused{': ' + cause if cause else ''}.")


class PathRefusedError(AskOwnerError):
    """A path that lies outside of what this machine serves. `path` is never told to another machine."""

    reason = "path_refused"

    def __init__(self, path: str, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(f"The file is not served: {cause}.")


class SignInNeededError(AskOwnerError):
    reason = "sign_in_needed"

    def __init__(self, source: str) -> None:
        super().__init__(f"{source} needs you to sign in again.")


class QuotaFullError(AskOwnerError):
    reason = "quota_full"

    def __init__(self, source: str) -> None:
        super().__init__(f"{source} is full.")


class ArchivedError(AskOwnerError):
    reason = "archived"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is archived and must be restored at its service before it can be read.")


class OptionsError(AskOwnerError):
    reason = "misconfigured"

    def __init__(self, plugin: str, trouble: str) -> None:
        super().__init__(f"The options of {plugin} are wrong: {trouble}.")


class ConfigError(AskOwnerError):
    """The configuration cannot be used. `place` is `FILE:LINE` or the name of an environment variable or option."""

    def __init__(self, place: str, trouble: str) -> None:
        super().__init__(f"{place}: {trouble}")


class AddressInUseError(AskOwnerError):
    def __init__(self, url: str) -> None:
        super().__init__(f"Another program listens on {url} already. Stop it, or choose another with --listen.")


class NoFaceError(AskOwnerError):
    def __init__(self, duty: str) -> None:
        super().__init__(f"No plugin that is ready does the duty “{duty}”. See why: mosaicfs plugins list")


class ServerUntrustedError(AskOwnerError):
    """Raised before a byte of HTTP was sent."""

    def __init__(self, url: str, cause: str) -> None:
        super().__init__(
            f"{url} does not prove that it is the control plane: {cause}. Nothing was sent to it. "
            "Take the address with the fingerprint from: mosaicfs nodes invite"
        )


class WrongFingerprintError(ServerUntrustedError):
    def __init__(self, url: str, expected: str, found: str) -> None:
        AskOwnerError.__init__(
            self,
            f"{url} is not who you named: the fingerprint expected is {expected}, the one found is "
            f"{found or 'none'}. Nothing was sent to it. Take the line of: mosaicfs nodes invite",
        )


class ClockDiffersError(AskOwnerError):
    def __init__(self, ours: str, theirs: str) -> None:
        super().__init__(
            f"The clock of this machine says {ours}, that of the control plane {theirs}. "
            "Set the wrong one, then try again."
        )


class InstanceExistsError(AskOwnerError):
    """This machine belongs to an instance already, its own or another's."""


class StoreFullError(AskOwnerError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no room left to write {path}. Nothing was lost; make room and it goes on.")


class StoreCorruptError(AskOwnerError):
    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(
            f"The database {path} is damaged: {trouble}. It was not changed. "
            f"Move it aside and start again (a node fetches its documents anew), or restore a backup."
        )


# --- give up -----------------------------------------------------------------------------------------------------


class EntryGoneError(GiveUpError):
    reason = "gone"

    def __init__(self, file_id: str) -> None:
        super().__init__(f"{file_id} is gone at its source.")


class EntryChangedError(GiveUpError):
    reason = "changed"

    def __init__(self, file_id: str) -> None:
        super().__init__(f"{file_id} is not the version that was asked for; its source has changed.")


class EntryUnreadableError(GiveUpError):
    def __init__(self, file_id: str, cause: str) -> None:
        super().__init__(f"{file_id} cannot be read: {cause}.")


class DigestMismatchError(GiveUpError):
    """Bytes came, and they are not those of the file."""

    reason = "digest_mismatch"

    def __init__(self, file_id: str, where: str) -> None:
        super().__init__(f"{where} sent bytes of {file_id} that do not have the digest they were sent with.")


class UnsupportedError(GiveUpError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported here.")


class PluginBrokenError(GiveUpError):
    def __init__(self, plugin: str, cause: str) -> None:
        super().__init__(f"The plugin {plugin} failed: {cause}.")


class MalformedDocumentError(GiveUpError):
    """`field` is the dotted path of what is wrong, `_id` or `` (the whole document) included."""

    def __init__(self, doc_id: str, field: str, trouble: str) -> None:
        self.doc_id = doc_id
        self.field = field
        self.trouble = trouble
        place = f"{field}: " if field else ""
        super().__init__(f"{doc_id or 'document'}: {place}{trouble}")


class TooMuchAskedError(GiveUpError):
    """The same request will never pass; half of it may."""

    def __init__(self, peer: str, trouble: str) -> None:
        super().__init__(f"{peer} does not take this request as it is: {trouble}.")


class BadQueryError(GiveUpError):
    """`code` is one of `invalid_operator`, `bad_arg`, `no_usable_index`, `unsupported_mixed_sort`, `bad_request`."""

    def __init__(self, code: str, trouble: str) -> None:
        self.code = code
        super().__init__(trouble)


class ConflictError(GiveUpError):
    """A write that does not build on the present state; read again and decide anew."""

    def __init__(self, doc_id: str) -> None:
        self.doc_id = doc_id
        super().__init__("Document update conflict.")


class StoreTooNewError(GiveUpError):
    def __init__(self, path: Path | str, found: int, known: int) -> None:
        super().__init__(
            f"The database {path} has schema {found}; this program knows up to {known}. It was not changed. "
            f"Install the newer MosaicFS that wrote it."
        )


class StoreForeignError(GiveUpError):
    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(f"{path} is not a MosaicFS database ({trouble}). It was not changed. Choose another place.")


class BadAddressError(GiveUpError):
    def __init__(self, text: str, trouble: str) -> None:
        super().__init__(
            f"{text!r} is no address of a control plane: {trouble}. One looks like https://nas.example:8443"
        )


class RefusedError(GiveUpError):
    """The answer of a control plane or duty that is an error. `code` is one of the closed list of the API."""

    def __init__(self, code: str, message: str, detail: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.detail = detail
        super().__init__(message)


class NotShownError(GiveUpError):
    """Nothing is shown in the tree at `path`."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"There is nothing at {path} in the tree.")


class InvalidDirectoryError(GiveUpError):
    """`faults` are pairs of a field, such as `mounts[0].steps[2].pattern`, and what is wrong with it."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{place}: {trouble}" for place, trouble in faults))


class DirectoryExistsError(GiveUpError):
    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"“{path}” is a directory already. Choose another name, or change that one.")


class DirectoryNotEmptyError(GiveUpError):
    """`children` counts directories directly in it."""

    def __init__(self, path: str, children: int) -> None:
        self.path = path
        self.children = children
        few = "1 subdirectory" if children == 1 else f"{children} subdirectories"
        super().__init__(f"“{path}” has {few}. Add force=true to delete {'it' if children == 1 else 'them'} too.")


class MovedBelowItselfError(GiveUpError):
    def __init__(self, path: str, to: str) -> None:
        self.path = path
        super().__init__(f"“{path}” cannot be moved to “{to}”, which lies below it.")


class SystemDirectoryError(GiveUpError):
    """Well-known directories take steps and mount entries and stay where they are."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"“{path}” belongs to MosaicFS: it cannot be deleted, renamed or moved.")
