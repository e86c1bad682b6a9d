"""`mosaicfs login URL`: from now on the commands of this person ask that control plane, signed by an access key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.kept_login import Login

EXAMPLES = (
    "mosaicfs login https://nas.example.org:8443#8c1f…    # with the 64 digits of: mosaicfs nodes invite",
    "mosaicfs login https://mosaicfs.example.org    # where the system trusts the certificate",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("url", metavar="URL[#FINGERPRINT]", help="address, and the fingerprint of its authority")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.kept_login import keep  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.saving import set_key  # noqa: PLC0415 - as above

    login, who = _checked(call)
    path = call.configured().places.config_file
    if call.given.dry_run:
        print_rehearsal(call, f"Would keep the access key {login.access_key_id} for {login.server_url}.", who)
        return 0
    set_key(path, "client.server_url", login.server_url)
    keep(path, login)
    if call.json:
        print_json(who)
    elif not call.quiet:
        name, scope = text(who, "name"), text(who, "scope")
        print_note(f"Logged in to {login.server_url} as “{name}”, scope {scope}. Log out with: mosaicfs logout")
    return 0


def _checked(call: Call) -> tuple[Login, JsonObject]:
    """The server is proven before anybody is asked for a secret, and the key is tried before it is kept."""
    from mosaicfs_cli.client import Api  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.kept_login import Login  # noqa: PLC0415 - as above
    from mosaicfs_cli.server_line import ServerLine, instance_of, signer_of, trusted  # noqa: PLC0415 - as above

    server = trusted(call, call.given.url)
    instance = instance_of(server)
    key = _asked(call)
    login = Login(key.access_key_id, key.secret_key, server.url, instance, server.ca_pem)
    with Api(ServerLine(server, signer_of(login), instance)) as api:
        return login, api.get("/api/auth/whoami")


def _asked(call: Call) -> Login:
    from mosaicfs_cli.kept_login import ID_VARIABLE, SECRET_VARIABLE, Login, given_login  # noqa: PLC0415 - as above
    from mosaicfs_cli.questions import ask_line, ask_secret  # noqa: PLC0415 - as above

    if given := given_login(call.environment):
        return given
    otherwise = f"Give it in {ID_VARIABLE} and {SECRET_VARIABLE}."
    access_key_id = call.environment.get(ID_VARIABLE) or ask_line(call, "Access key id", otherwise=otherwise)
    return Login(access_key_id, ask_secret(call, "Secret", otherwise=otherwise))
