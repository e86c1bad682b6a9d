/** How a file is shown, and whether it may be loaded without being asked for: decided by its type, name and size. */
import type { FramedKind } from "./protocol";

export type Kind = "image" | "video" | "audio" | FramedKind | "none";

export interface Previewed {
  readonly file_id: string;
  readonly name: string;
  readonly size: number;
  readonly mime_type?: string | null | undefined;
}

const MIB = 1024 * 1024;

/** Up to here a preview loads by itself. Video, audio and text read no more than what is looked at. */
const BY_ITSELF: Readonly<Record<Kind, number>> = {
  image: 25 * MIB,
  video: Infinity,
  audio: Infinity,
  pdf: 100 * MIB,
  text: Infinity,
  markdown: MIB,
  mail: 25 * MIB,
  none: Infinity,
};

const IMAGES = new Set("jpeg jpg png gif webp avif bmp x-ms-bmp svg+xml".split(" ").map((each) => `image/${each}`));
const IMAGE_NAMES = new Set("jpg jpeg png gif webp avif bmp svg".split(" "));
const VIDEO_NAMES = new Set("mp4 m4v webm mov ogv mkv".split(" "));
const AUDIO_NAMES = new Set("mp3 m4a aac ogg oga opus flac wav weba".split(" "));
const MARKDOWN_NAMES = new Set(["md", "markdown", "mdown", "mkd"]);

/** Types outside `text/*` that are text all the same. */
const TEXT_TYPES =
  /^(application\/(json|ld\+json|x-ndjson|xml|javascript|ecmascript|typescript|x-sh|x-shellscript|x-httpd-php|sql|toml|yaml|x-yaml|x-tex|x-subrip|graphql|x-python|x-perl|x-ruby)|[a-z]+\/[^;]*\+(json|xml|yaml))$/;

const TEXT_NAMES = new Set(
  (
    "txt text log json jsonl ndjson json5 geojson csv tsv xml html htm xhtml xsl xsd plist rst adoc org tex bib srt vtt sub " +
    "ini cfg conf config properties env toml yaml yml lock diff patch js mjs cjs jsx ts mts cts tsx vue svelte css scss sass " +
    "less py pyi pyx ipynb rb php java kt kts scala groovy gradle c h cc cpp cxx hpp hh m mm cs fs go rs swift dart lua pl " +
    "pm r jl hs ml mli clj cljs ex exs erl elm nim zig v vhdl sh bash zsh fish ps1 bat cmd sql graphql proto thrift tf hcl " +
    "nix cmake mk make dockerfile gitignore gitattributes editorconfig service desktop ics vcf asc pem crt csr pub"
  ).split(" "),
);
const BARE_NAMES = /^(dockerfile|makefile|gnumakefile|readme|license|licence|copying|changelog|authors|\.[a-z]+rc|\.env|\.profile)$/;

/** Types that say no more than "bytes": the name may know better. */
const VAGUE = new Set(["", "application/octet-stream", "binary/octet-stream", "application/x-unknown"]);

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

function byName(name: string): Kind {
  const extension = extensionOf(name);
  if (IMAGE_NAMES.has(extension)) return "image";
  if (VIDEO_NAMES.has(extension)) return "video";
  if (AUDIO_NAMES.has(extension)) return "audio";
  if (extension === "pdf") return "pdf";
  if (extension === "eml") return "mail";
  if (MARKDOWN_NAMES.has(extension)) return "markdown";
  return TEXT_NAMES.has(extension) || BARE_NAMES.test(name.toLowerCase()) ? "text" : "none";
}

/** The name says more than the type where the type says little: a source file is text, and `.ts` is not a video here. */
export function kindOf(file: Previewed): Kind {
  const type = (file.mime_type ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const named = byName(file.name);
  if (IMAGES.has(type)) return "image";
  if (type === "application/pdf") return "pdf";
  if (type === "message/rfc822") return "mail";
  if (type === "text/markdown" || (type.startsWith("text/") && named === "markdown")) return "markdown";
  if (type.startsWith("text/") || TEXT_TYPES.test(type)) return "text";
  if (type === "video/mp2t" && named === "text") return "text";
  if (type.startsWith("video/")) return "video";
  if (type.startsWith("audio/")) return "audio";
  return VAGUE.has(type) || named === "text" ? named : "none";
}

export function loadsByItself(kind: Kind, size: number): boolean {
  return size <= BY_ITSELF[kind];
}

export function isFramed(kind: Kind): kind is FramedKind {
  return kind === "text" || kind === "markdown" || kind === "mail" || kind === "pdf";
}
