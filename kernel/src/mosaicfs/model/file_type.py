"""What sort of thing a file is, for people who filter: from the ending of its name and its MIME type alone."""

from __future__ import annotations

from typing import Final, get_args

from mosaicfs.model.search import FileType

FILE_TYPES: Final[tuple[FileType, ...]] = get_args(FileType)


def file_type(name: str, mime: str | None) -> FileType:
    """The first that fits, in the order of the table of the REST API; `other` where nothing does."""
    return type_of(extension(name.lower()), mime or "")


def extension(name: str) -> str:
    """Without its dot; empty for `notes`, `.profile` and `odd.`, which have none."""
    stem, _, ending = name.rpartition(".")
    return ending if stem.strip(".") else ""


def type_of(ending: str, mime: str) -> FileType:
    """As `file_type`, for an ending in lower case and a type that may be empty."""
    mime = mime.partition(";")[0].strip().lower()
    for kind, endings, types in _BY_ENDING_OR_TYPE:
        if ending in endings or mime in types or mime.startswith(_WHOLE_GROUPS.get(kind, "\0")):
            return kind
    return _BY_GROUP.get(mime.partition("/")[0], "other")


_WHOLE_GROUPS: Final = {"email": "message/", "document": "application/vnd.oasis.opendocument."}
_BY_GROUP: Final[dict[str, FileType]] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "font": "font",
    "text": "text",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _application(text: str) -> frozenset[str]:
    return frozenset(f"application/{word}" for word in text.split())


_BY_ENDING_OR_TYPE: Final[tuple[tuple[FileType, frozenset[str], frozenset[str]], ...]] = (
    ("email", _words("eml emlx mbox mbx msg"), _application("mbox vnd.ms-outlook")),
    (
        "code",
        _words(
            "ada asm awk bash bat c cc clj cmake cmd coffee cpp cs css cxx d dart el elm erl ex exs f f90 fish "
            "fs fsx go gradle groovy h hcl hh hpp hs htm html hxx ipynb java jl js json json5 jsonc jsonl jsx kt "
            "kts less lisp lua m4 mjs mk ml mli mm nim nix pas php pl pm proto ps1 py pyi pyx r rb rs s sass "
            "scala scm scss sh sql svelte swift tcl tex tf toml ts tsx v vb vhd vhdl vim vue xml xsd xsl xslt yaml yml "
            "zig zsh"
        ),
        _application(
            "json ld+json x-ndjson xml xhtml+xml yaml x-yaml toml javascript ecmascript x-javascript typescript sql "
            "x-sh x-csh x-shellscript x-httpd-php x-perl x-python x-ruby x-tex graphql"
        )
        | _words(
            "text/xml text/yaml text/x-yaml text/javascript text/css text/html text/x-python text/x-c text/x-c++ "
            "text/x-csrc text/x-c++src text/x-chdr text/x-java text/x-java-source text/x-go text/x-rust text/x-ruby "
            "text/x-perl text/x-shellscript text/x-script.python text/x-php text/x-lua text/x-makefile"
        ),
    ),
    (
        "document",
        _words(
            "azw3 djvu doc docm docx dot dotx epub fodp fods fodt key mobi numbers odg odp ods odt pages pdf pot potx "
            "pps ppsx ppt pptm pptx rtf vsd vsdx xls xlsb xlsm xlsx xlt xltx xps"
        ),
        _application(
            "pdf rtf epub+zip msword vnd.ms-excel vnd.ms-powerpoint vnd.visio vnd.ms-xpsdocument x-mobipocket-ebook "
            "vnd.apple.pages vnd.apple.numbers vnd.apple.keynote "
            "vnd.openxmlformats-officedocument.wordprocessingml.document "
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet "
            "vnd.openxmlformats-officedocument.presentationml.presentation"
        )
        | _words("text/rtf image/vnd.djvu"),
    ),
    (
        "archive",
        _words("7z ar arj br bz2 cab cpio gz img iso lha lz lz4 lzh lzma rar tar tbz tbz2 tgz txz xz z zip zst zstd"),
        _application(
            "zip x-zip-compressed x-tar gzip x-gzip x-bzip2 x-7z-compressed vnd.rar x-rar x-rar-compressed zstd x-xz "
            "x-lzma x-lzip x-lz4 x-cpio x-iso9660-image x-cd-image vnd.ms-cab-compressed x-archive x-compress"
        ),
    ),
    (
        "app",
        _words("apk app appimage appx com crx deb dll dmg dylib exe flatpak ipa jar msi msix pkg rpm snap so war whl"),
        _application(
            "x-executable x-pie-executable x-sharedlib x-mach-binary x-msdownload x-msdos-program x-msi x-dosexec "
            "vnd.microsoft.portable-executable vnd.android.package-archive vnd.debian.binary-package x-debian-package "
            "x-deb x-rpm x-redhat-package-manager java-archive x-java-archive x-apple-diskimage vnd.appimage "
            "vnd.flatpak vnd.snap"
        ),
    ),
    ("font", frozenset(), _application("font-woff font-sfnt vnd.ms-fontobject x-font-ttf x-font-otf")),
    ("audio", frozenset(), _application("ogg")),
)
