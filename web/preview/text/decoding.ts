/** Bytes to text, for people: UTF-8, UTF-16 with its mark, or else Windows-1252, in which every byte means something. */

export interface Decoded {
  readonly text: string;
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
}

function marked(bytes: Uint8Array): Decoded["encoding"] | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

/** `isWhole` is false while more bytes may follow: a letter that is cut in two at the end is then left out. */
export function decode(bytes: Uint8Array, isWhole: boolean): Decoded {
  const encoding = marked(bytes);
  const options = { stream: !isWhole };
  if (encoding !== undefined) return { encoding, text: new TextDecoder(encoding).decode(bytes, options) };
  try {
    return { encoding: "utf-8", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes, options) };
  } catch {
    return { encoding: "windows-1252", text: new TextDecoder("windows-1252").decode(bytes) };
  }
}

const LOOKED_AT = 8192;

/** A zero byte stands in no text but UTF-16; a picture or a program named `.txt` has them at its beginning. */
export function looksBinary(bytes: Uint8Array): boolean {
  return marked(bytes) === undefined && bytes.subarray(0, LOOKED_AT).includes(0);
}
