"""`mosaicfs pin rm PIN`: an end to keeping something; what is here may then give way to other files."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs pin rm /documents/work",)


def arguments(parser: Parser) -> None:
    parser.add_argument("pin", metavar="PIN", help="id or name of the pin")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.pins import PINS, known_pin  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    api = api_of(call)
    pin = known_pin(call, api, call.given.pin)
    shown = f"{text(pin, 'pin_id')} “{text(pin, 'name')}”"
    return change(
        call,
        f"Would remove the pin {shown}.",
        lambda: {"pin": pin},
        lambda: api.delete(f"{PINS}/{segment(text(pin, 'pin_id'))}"),
        f"Removed the pin {shown}.",
    )
