/** Which of the 24 file icons a name or type gets. Pure. */

export const fileTypes = [
  "directory",
  "image",
  "vector",
  "raw",
  "video",
  "audio",
  "pdf",
  "document",
  "sheet",
  "slides",
  "book",
  "text",
  "markdown",
  "code",
  "data",
  "web",
  "archive",
  "disk",
  "email",
  "calendar",
  "font",
  "app",
  "key",
  "other",
] as const;

export type FileType = (typeof fileTypes)[number];

const byExtension: Record<string, FileType> = {};
const extensions: Partial<Record<FileType, string>> = {
  vector: "svg ai eps",
  raw: "raw cr2 cr3 nef arw dng orf rw2 psd xcf",
  image: "jpg jpeg png gif webp avif heic bmp tif tiff ico",
  video: "mp4 mkv mov avi webm m4v mpg mpeg",
  audio: "mp3 flac ogg opus m4a wav aac aiff mid",
  pdf: "pdf",
  document: "doc docx odt rtf pages",
  sheet: "xls xlsx ods csv tsv numbers",
  slides: "ppt pptx odp key",
  book: "epub mobi azw3 djvu",
  text: "txt log nfo",
  markdown: "md markdown rst adoc",
  code: "py js ts tsx jsx c h cc cpp hpp rs go java kt rb php sh bash zsh lua pl swift scala sql hs ml css scss",
  data: "json yaml yml toml xml ini conf cfg parquet sqlite db",
  web: "html htm xhtml",
  archive: "zip tar gz tgz bz2 xz zst 7z rar",
  disk: "iso img dmg qcow2 vmdk",
  email: "eml mbox msg",
  calendar: "ics vcf",
  font: "ttf otf woff woff2",
  app: "exe msi appimage deb rpm apk bin",
  key: "pem crt cer gpg asc age kdbx",
};
for (const [type, list] of Object.entries(extensions)) for (const one of list.split(" ")) byExtension[one] = type as FileType;

const byMime: readonly (readonly [RegExp, FileType])[] = [
  [/^image\/svg/, "vector"],
  [/^image\//, "image"],
  [/^video\//, "video"],
  [/^audio\//, "audio"],
  [/^application\/pdf/, "pdf"],
  [/^message\//, "email"],
  [/^font\//, "font"],
  [/^text\/html/, "web"],
  [/^text\/markdown/, "markdown"],
  [/^text\/calendar|vcard/, "calendar"],
  [/spreadsheet|ms-excel|text\/csv/, "sheet"],
  [/presentation|powerpoint/, "slides"],
  [/wordprocessing|msword|opendocument\.text|rtf/, "document"],
  [/epub/, "book"],
  [/zip|compressed|x-tar|gzip|zstd|x-7z|x-rar/, "archive"],
  [/json|xml|yaml|toml|sqlite/, "data"],
  [/javascript|x-python|x-sh|text\/x-/, "code"],
  [/x-executable|x-msdownload|vnd\.debian/, "app"],
  [/^text\//, "text"],
];

export function fileTypeOf(name: string, mimeType?: string | null): FileType {
  const extension = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
  const named = byExtension[extension];
  if (named) return named;
  return byMime.find(([pattern]) => pattern.test(mimeType ?? ""))?.[1] ?? "other";
}
