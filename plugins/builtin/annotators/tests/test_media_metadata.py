"""Real files, made by the libraries and programs that people's files are made by, and what is told of them."""

from __future__ import annotations

import shutil
import subprocess
import wave
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from mosaicfs.model.json import JsonObject
from mosaicfs_annotators.media_metadata import films, plugin
from mosaicfs_annotators.media_metadata.images import degrees, picture_facts, taken_at
from mosaicfs_annotators.media_metadata.sounds import sound_facts
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample, strangers
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.annotators.tests.entries import told_of

EMPTY_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed on this machine"
)


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    """A JPEG as a camera writes it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Kamera\0"
    exif[ExifTags.Base.Model] = "K-1"
    exif[ExifTags.Base.Orientation] = 6
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2026:01:15 14:30:00"
    details[ExifTags.Base.OffsetTimeOriginal] = "+02:00"
    details[ExifTags.Base.LensModel] = "35mm F2"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "S", (33.0, 51.0, 24.84)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (151.0, 12.0, 54.0)
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def pdf(folder: Path, title: str) -> Path:
    """A PDF of two pages that names its author."""
    page = Image.new("RGB", (20, 20))
    path = folder / "report.pdf"
    page.save(path, save_all=True, append_images=[page], title=title, author="Ada")
    return path


PHOTO = photo()


class TestAnnotate(AnnotateConformance):
    plugin = plugin
    telling = Sample("photo.jpg", "image/jpeg", PHOTO)
    boring = Sample("broken.jpg", "image/jpeg", b"no picture")


async def test_what_a_camera_wrote_is_told(plugin_host: MakeHost, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)
    assert await told_of(plugin_host(plugin), path, "image/jpeg") == {
        "kind": "image",
        "width": 40,
        "height": 30,
        "taken_at": "2026-01-15T14:30:00+02:00",
        "camera": "Kamera K-1",
        "lens": "35mm F2",
        "orientation": 6,
        "gps": {"lat": -33.8569, "lon": 151.215},
    }


async def test_where_a_picture_was_taken_can_be_left_out(plugin_host: MakeHost, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)
    options: dict[str, JsonObject] = {"media-metadata": {"gps": False}}
    facts = await told_of(plugin_host(plugin, options=options), path, "image/jpeg")
    assert facts
    assert "gps" not in facts


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "TIFF", "BMP"])
async def test_pictures_without_a_camera_have_a_size(plugin_host: MakeHost, tmp_path: Path, form: str) -> None:
    path = tmp_path / "picture"
    Image.new("RGB", (7, 5)).save(path, form)
    facts = await told_of(plugin_host(plugin), path, f"image/{form.lower()}")
    assert facts is not None
    assert {**facts, "orientation": 1} == {"kind": "image", "width": 7, "height": 5, "orientation": 1}


@given(content=st.binary(max_size=200), cut=st.integers(0, 1200))
def test_a_broken_picture_says_nothing_and_breaks_nothing(
    content: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "broken.jpg"
    path.write_bytes(PHOTO[:cut] + content)
    assert strangers(picture_facts(path, gps=True)) == []


@pytest.mark.parametrize(
    ("text", "zone", "told"),
    [
        ("2026:01:15 14:30:00", "", "2026-01-15T14:30:00"),
        ("2026:01:15 14:30:00", "Z", "2026-01-15T14:30:00Z"),
        ("2026:01:15 14:30:00", "nonsense", "2026-01-15T14:30:00"),
        ("0000:00:00 00:00:00", "", ""),
        ("yesterday", "", ""),
    ],
)
def test_the_clock_of_a_camera(text: str, zone: str, told: str) -> None:
    assert taken_at(text, zone) == told


@given(st.floats(0, 180), st.sampled_from(["N", "S", "E", "W"]))
def test_a_place_is_what_it_was_before_it_was_cut_into_minutes(value: float, side: str) -> None:
    whole = int(value)
    minutes = (value - whole) * 60
    told = degrees((whole, int(minutes), (minutes - int(minutes)) * 60), side)
    assert told == pytest.approx(-value if side in "SW" else value, abs=2e-6)


@pytest.mark.parametrize("parts", [None, (), (1, 2), ("a", "b", "c"), (float("nan"), 0, 0)])
def test_a_place_that_is_none_is_left_out(parts: object) -> None:
    assert degrees(parts, "N") is None


def made(path: Path, *arguments: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


TAGS = ("-metadata", "title=Anfang", "-metadata", "artist=Ada", "-metadata", "album=Eins", "-metadata", "track=3/12")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1.5")


@needs_ffmpeg
@pytest.mark.parametrize(
    ("ending", "mime_type", "codec"), [("mp3", "audio/mpeg", "mp3"), ("flac", "audio/flac", "flac")]
)
async def test_what_a_recording_is_tagged_with_is_told(
    plugin_host: MakeHost, tmp_path: Path, ending: str, mime_type: str, codec: str
) -> None:
    path = made(tmp_path / f"a.{ending}", *TONE, *TAGS)
    facts = await told_of(plugin_host(plugin), path, mime_type)
    assert facts
    assert facts["duration_s"] == pytest.approx(1.5, abs=0.1)
    told = {name: facts[name] for name in ("kind", "codec", "title", "artist", "album", "track")}
    assert told == {"kind": "audio", "codec": codec, "title": "Anfang", "artist": "Ada", "album": "Eins", "track": 3}
    assert isinstance(facts["bitrate"], int)


def test_a_wave_file_without_tags_has_a_length(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    assert sound_facts(tmp_path / "a.wav") == {"kind": "audio", "duration_s": 1.0, "bitrate": 128000, "codec": "wave"}


def test_a_broken_recording_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x7f" + b"\xff\xfb" * 20)
    assert sound_facts(tmp_path / "a.mp3") in ({}, {"kind": "audio", "codec": "mp3"})


@needs_ffmpeg
async def test_a_film_is_described(plugin_host: MakeHost, tmp_path: Path) -> None:
    path = made(
        tmp_path / "-a film.mp4", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5", "-metadata", "title=Film"
    )
    facts = await told_of(plugin_host(plugin), path, "video/mp4")
    assert facts
    assert {name: facts[name] for name in ("kind", "width", "height", "title")} == {
        "kind": "video",
        "width": 64,
        "height": 48,
        "title": "Film",
    }
    assert facts["duration_s"] == pytest.approx(1, abs=0.05)
    assert isinstance(facts["codec"], str)


async def test_without_the_program_a_film_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await films.film_facts(tmp_path / "a.mp4") == {}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"streams": [], "format": {}}',
        b'{"streams": [{"codec_type": "video", "disposition": {"attached_pic": 1}}], "format": {}}',
        b'{"streams": 5, "format": {}}',
    ],
)
def test_what_is_no_film_says_nothing(answer: bytes) -> None:
    assert films.facts_of(answer) == {}


async def test_a_pdf_tells_its_title_and_pages(plugin_host: MakeHost, tmp_path: Path) -> None:
    facts = await told_of(plugin_host(plugin), pdf(tmp_path, "Annual report"), "application/pdf")
    assert facts == {"kind": "document", "pages": 2, "title": "Annual report", "author": "Ada"}


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", EMPTY_PDF[:60], b"\0" * 1000])
async def test_a_broken_pdf_says_nothing(plugin_host: MakeHost, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    assert await told_of(plugin_host(plugin), path, "application/pdf") == {}
