"""The page for authors, word for word, in an empty directory with nothing installed but what it installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mosaicfs_sdk import examples

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/authors/first-plugin.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:`([\w.]+)`:\n\n)?^```(sh|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)
XDG = ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a package index would have of us."""
    folder = tmp_path_factory.mktemp("index")
    uv("build", "--quiet", "--wheel", "--all-packages", "--out-dir", str(folder))
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.removesuffix("\\").rstrip() for line in locked if re.match(r"[\w.\-]+==", line)]
    (folder / "constraints.txt").write_text("\n".join(pins), encoding="utf-8")
    return folder


@pytest.mark.patient
def test_the_page_leads_from_nothing_to_a_published_plugin(index: Path, tmp_path: Path) -> None:
    done = follow(tmp_path, surroundings(index, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail" not in re.findall(r"^\w+", done.stdout, re.MULTILINE)
    assert "shouting\tfile\t" in done.stdout
    assert done.stdout.count("colours\tdistribution\t") == 1
    assert list((tmp_path / "empty/colours/dist").glob("*.whl"))


def test_the_plugin_on_the_page_is_the_example_and_is_short() -> None:
    ((name, _, source),) = [block for block in BLOCK.findall(PAGE) if block[1] == "python"]
    assert source == Path(examples.__file__).with_name(name).read_text(encoding="utf-8")
    assert len(source.splitlines()) < 30


def follow(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """One shell for all of it, as a person has; files appear where the page gives them."""
    script = ["set -e"]
    for name, language, text in BLOCK.findall(PAGE):
        script.append(text if language == "sh" else f"cat > {name} <<'END_OF_FILE'\n{text}END_OF_FILE")
    work = folder / "empty"
    work.mkdir()
    return subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def surroundings(index: Path, folder: Path) -> dict[str, str]:
    places = {f"XDG_{name}": str(folder / name) for name in XDG}
    ours = {"UV_FIND_LINKS": str(index), "UV_CONSTRAINT": str(index / "constraints.txt"), "UV_SYSTEM_CERTS": "1"}
    kept = {name: os.environ[name] for name in os.environ if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    program = found_uv()
    cache = subprocess.run([program, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    path = f"{Path(program).parent}:{os.environ['PATH']}"
    return {**kept, **places, **ours, "HOME": str(folder), "UV_CACHE_DIR": cache, "PATH": path}


def found_uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    assert found, "uv is missing: run make setup"
    return found


def uv(*arguments: str) -> None:
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    ran = subprocess.run(
        [found_uv(), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
