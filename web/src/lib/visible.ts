/**
 * Names and texts of others, made safe to look at: control and bidirectional characters are shown as marks instead of
 * doing what they do, so that `exe.gnp` cannot pose as `png.exe`.
 */

const hidden =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc]|[\u{e0000}-\u{e007f}]/gu;

/** The emoji joiner stays where it joins two pictures. */
const joined = /\p{Extended_Pictographic}\ufe0f?[\u{1f3fb}-\u{1f3ff}]?$/u;

export function visible(text: string): string {
  return text.replace(hidden, (mark, offset: number) => {
    if (mark === "\u200d" && joined.test(text.slice(Math.max(0, offset - 4), offset))) return mark;
    const code = mark.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `\u2039${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
  });
}

/** The same of a text of several lines, such as a message: its breaks stay breaks, and are shown by `whitespace-pre-line`. */
export function visibleText(text: string): string {
  return text.trimEnd().split(/\r?\n|\r/u).map(visible).join("\n");
}
