"""The program `mosaicfs`: finds the verb that was typed and imports its file, and no other.

Every import here is paid for by `mosaicfs version`. What a verb does is in `verbs/`, how options are read in `options`,
what becomes of an error in `failures`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

VERBS = {
    "agent": "Run the agent of this machine, which indexes its files and replicates with the control plane.",
    "agent accept": "Take a watched folder that has changed its identity as the same one.",
    "agent crawl": "Look through all watched folders, or one, for what has changed.",
    "agent holds": "Show deletions that wait for a person, or confirm one of them.",
    "agent mark": "Write a marker into a watched folder, by which it is known again.",
    "annotations refresh": "Ask plugins at once what they make of a file.",
    "annotations rm": "Take away what plugins say of a file, until they are asked again.",
    "annotations show": "Show what plugins say of a file.",
    "doctor": "Check what MosaicFS needs on this machine, and say how to put it right.",
    "api": "Ask any call of the API, and print its answer as it comes.",
    "backends add": "Add a storage backend: a place outside the nodes that files come from or go to.",
    "backends list": "Show every storage backend, and how each fares.",
    "backends poll": "Look at once for what has changed at a storage backend.",
    "backends rm": "Remove a storage backend; nothing is changed at its service.",
    "backends secret set": "Keep secrets of a backend in a file that only this machine can open.",
    "backends set": "Change options, secrets or the node of a storage backend, or switch it off or on.",
    "backends show": "Show one storage backend, and how it fares on its node.",
    "backends test": "Let its node sign in, list a page and read a few bytes; nothing is indexed.",
    "completion": "Print the script by which a shell completes these commands.",
    "credentials create": "Make an access key; its secret is shown once.",
    "credentials disable": "Stop an access key from working, until it is enabled again.",
    "credentials enable": "Let a disabled access key work again.",
    "credentials list": "Show every access key, what it may do and when it was used.",
    "credentials revoke": "End an access key for good.",
    "down": "Stop what `mosaicfs up` started.",
    "events": "Show what happens in the instance, until Ctrl-C.",
    "explain": "Show why a path of the tree is there, or why a file is not.",
    "files cat": "Write the bytes of a file to stdout.",
    "files fetch": "Fetch files to this machine, whole and compared.",
    "files list": "List files of all nodes.",
    "files search": "Find files whose names contain a text or fit a pattern.",
    "files stat": "Show all that is known of one file.",
    "help": "Explain the program or one of its commands.",
    "init": "Make an instance on this machine, for other machines to join.",
    "jobs cancel": "Stop a job; what it has done stays done.",
    "jobs list": "Show long work, the newest first.",
    "jobs show": "Show one job in full.",
    "jobs wait": "Wait for a job, and end as it ends.",
    "join": "Make this machine a node of another machine's instance.",
    "labels add": "Give labels to files.",
    "labels effective": "Show the labels of a file, and where each comes from.",
    "labels list": "Show every label, and how many files and rules name it.",
    "labels rename": "Give a label another name, everywhere.",
    "labels rm": "Take labels from files.",
    "labels rules add": "Give labels to all files below a folder.",
    "labels rules disable": "Stop a rule from giving its labels, until it is enabled again.",
    "labels rules enable": "Let a disabled rule give its labels again.",
    "labels rules list": "Show the rules that give labels, and how many files each covers.",
    "labels rules preview": "Show which files a rule would cover.",
    "labels rules rm": "Remove a rule; labels given by hand stay.",
    "login": "Let the commands of this person ask a control plane elsewhere.",
    "logout": "Forget the access key of `mosaicfs login`.",
    "mount": "Show the tree as a file system of this machine.",
    "nodes disable": "Shut a node out; its documents and files stay.",
    "nodes enable": "Let a node that was shut out take part again.",
    "nodes forget": "Take the files of a node that is gone out of the index.",
    "nodes invite": "Print the line and the code by which another machine joins.",
    "nodes list": "Show every node of this instance, and whether it is online.",
    "nodes mounts add": "Tell that a node has a file system of another one mounted.",
    "nodes mounts list": "Show what a node has mounted of others.",
    "nodes mounts rm": "Tell that a mount is no more.",
    "nodes rename": "Give a node another name.",
    "nodes status": "Show how one node fares: its parts, its errors, its held deletions.",
    "nodes sync": "Let a node look at once for what has changed at its sources.",
    "notifications ack": "Say that a notification was seen.",
    "notifications list": "Show what needs somebody.",
    "open": "Open the web page by a link that is good once.",
    "paths": "Show every directory and file in use, and which rule chose it.",
    "pin add": "Keep files on a node, so that they can be read there without a network.",
    "pin list": "Show what nodes keep offline, and how far each is.",
    "pin preview": "Show what keeping something offline would mean.",
    "pin rm": "No longer keep something offline.",
    "plugins add": "Enable a plugin on a node, with its options and secrets.",
    "plugins available": "Show what a node has found on its machine.",
    "plugins check": "Look at one plugin as a whole: its safety, its options, how it answers.",
    "plugins disable": "Tell a plugin of a node of nothing any more; its options stay.",
    "plugins enable": "Let a plugin of a node go on.",
    "plugins install": "Put a plugin where this machine finds it, after a look at it.",
    "plugins jobs": "Show what waits for a plugin of a node, and what has failed.",
    "plugins list": "Show which plugins are loaded, which are refused, and why.",
    "plugins retry": "Put failed jobs back, and try a plugin again that was paused.",
    "plugins rm": "End a plugin on a node; its code stays installed.",
    "plugins set": "Change options, secrets or limits of a plugin of a node.",
    "plugins show": "Show how a plugin is set up on a node, and how it fares.",
    "plugins sync": "Ask a plugin about every file whose facts are not current.",
    "plugins test": "Ask a plugin of a node how it fares; a channel sends a test message.",
    "query": "Ask the plugins of all nodes, such as the one that searches inside files.",
    "search": "Search the files of all nodes by name.",
    "server": "Run the control plane.",
    "server keys export": "Write the keys of the control plane into one file that a passphrase locks.",
    "server keys import": "Put the keys of such a file back, for a control plane that is stopped.",
    "server renew-certificate": "Issue the certificate of the server anew.",
    "server rotate-jwt-key": "Sign the logins of browsers with another key.",
    "service install": "Let systemd run a duty of this machine, now and after each start.",
    "service logs": "Show what a service has written.",
    "service status": "Show whether a service is there, enabled and running.",
    "service uninstall": "Stop a service and remove it; what is stored stays.",
    "status": "Show how this machine fares: its duties, its index, the nodes it knows.",
    "storage history": "Show how full the disks of a node were.",
    "storage overview": "Show how full the disks of all nodes are.",
    "system audit": "Show who logged in, joined, was refused or changed something.",
    "system conflicts": "Show documents that two sides changed at once, or end such a conflict.",
    "system health": "Show how the control plane and its nodes fare.",
    "system info": "Show the instance: its id, its size, its store.",
    "system reindex": "Let nodes look at all their files again.",
    "system settings": "Show or change what holds for the whole instance.",
    "system wipe": "Delete everything that persons made and all that was indexed; in developer mode only.",
    "umount": "Take the mount of the tree away.",
    "unmount": "Take the mount of the tree away.",
    "up": "Start everything that this machine can do: watch folders, index them, answer searches.",
    "version": "Show the version of MosaicFS and what it runs on.",
    "vfs edit": "Edit the rules of a directory of the tree.",
    "vfs ls": "Show what a directory of the tree holds.",
    "vfs mkdir": "Make a directory of the tree.",
    "vfs mount-add": "Let a directory of the tree show a further source.",
    "vfs mount-rm": "Take a source from a directory of the tree.",
    "vfs mv": "Move or rename a directory of the tree, with all below it.",
    "vfs preview": "Show what a directory of the tree holds, or would hold by other rules.",
    "vfs rmdir": "Remove a directory of the tree; files are not touched.",
    "vfs show": "Show the rules of a directory of the tree.",
    "vfs tree": "Draw the tree below a directory.",
    "whoami": "Show who the control plane takes this person for.",
}
"""Every command and what it does. The file of `plugins list` is `verbs/plugins/list.py`."""

_HELP = ("-h", "--help")
_WITH_VALUE = ("--config", "--log-level", "--log-format", "--timeout", "--color", "--server")


def main() -> int:
    arguments = sys.argv[1:]
    try:
        code = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told in one sentence and one exit code
        from mosaicfs_cli.failures import tell  # noqa: PLC0415 - only who fails pays for it

        return tell(error, arguments, os.environ)
    return code


def run(arguments: list[str]) -> int:
    verb, rest = split(arguments)
    module = import_module(module_of(verb))
    from mosaicfs_cli.options import read_call  # noqa: PLC0415 - not needed by who mistypes the verb

    call = read_call(verb, module, rest, os.environ)
    code: int = module.run(call)
    return code


def split(arguments: list[str]) -> tuple[str, list[str]]:
    """The verb, and every argument but its words. Global options may stand before it."""
    at = _where_words_stand(arguments)
    words = [arguments[place] for place in at]
    for length in (3, 2, 1):
        verb = " ".join(words[:length])
        if verb in VERBS:
            return verb, [text for place, text in enumerate(arguments) if place not in at[:length]]
    if not words or (in_group(words[0]) and any(text in _HELP for text in arguments)):
        return "help", [text for text in arguments if text not in _HELP]
    from mosaicfs_cli.errors import UnknownVerbError  # noqa: PLC0415 - only who errs pays for it

    raise UnknownVerbError(words[0], words[1:2], in_group(words[0]) or list(VERBS))


def module_of(verb: str) -> str:
    """The file of `server rotate-jwt-key` is `verbs/server/rotate_jwt_key.py`."""
    return f"mosaicfs_cli.verbs.{verb.replace(' ', '.').replace('-', '_')}"


def in_group(group: str) -> list[str]:
    """The verbs that begin with this word, such as those of `plugins`."""
    return [verb for verb in VERBS if verb.startswith(f"{group} ")]


def _where_words_stand(arguments: list[str]) -> list[int]:
    """The places of what is neither an option nor the value of a global one."""
    places: list[int] = []
    value = False
    for place, text in enumerate(arguments):
        if text == "--":
            break
        if not value and not text.startswith("-"):
            places.append(place)
        value = text in _WITH_VALUE
    return places
