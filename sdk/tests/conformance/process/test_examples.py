"""The programs that ship as examples keep what every program must."""

from __future__ import annotations

import sys
from pathlib import Path

from mosaicfs_sdk import examples
from mosaicfs_sdk.conformance.process.executable import ExecutableConformance
from mosaicfs_sdk.conformance.process.service import ServiceConformance
from mosaicfs_sdk.examples import word_search


class TestShellAnnotator(ExecutableConformance):
    program = Path(examples.__file__).with_name("pdf_pages")


class TestSearchService(ServiceConformance):
    command = (sys.executable, "-m", word_search.__name__, "{socket}")
    name = "word-search"
