/** Which addresses out of a file may be opened, after a person has read them. */

const OPENED = new Set(["http:", "https:", "mailto:"]);

export interface Address {
  /** As the browser will open it: what looks like another host shows its punycode here. */
  readonly full: string;
  readonly host: string;
}

/** The address behind a link, or nothing when it would not lead to a web page or a letter. */
export function openable(address: string): Address | undefined {
  const parsed = URL.parse(address.trim());
  if (parsed === null || !OPENED.has(parsed.protocol)) return undefined;
  return { full: parsed.href, host: parsed.host };
}

/** A name under which an attachment may be saved: the last part of a path, without what steers a terminal or a folder. */
export function savedName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  // eslint-disable-next-line no-control-regex -- those are what must go
  const plain = last.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim();
  return plain.replace(/^\.+/, "") || "attachment";
}
