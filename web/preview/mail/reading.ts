/** The bytes of a letter to what is shown of it. */
import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";

export interface Enclosed {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

export interface Letter {
  readonly email: Email;
  readonly enclosed: readonly Enclosed[];
  /** From content id to the picture itself. */
  readonly inline: ReadonlyMap<string, string>;
}

const PICTURES = /^image\/(png|jpeg|gif|webp|bmp|avif)$/;

export async function letterFrom(bytes: Uint8Array): Promise<Letter> {
  const email = await PostalMime.parse(bytes, { maxNestingDepth: 32, rfc822Attachments: true });
  const inline = new Map<string, string>();
  for (const part of email.attachments) {
    const id = part.contentId?.replace(/^<|>$/g, "");
    if (id !== undefined && PICTURES.test(part.mimeType)) inline.set(id, `data:${part.mimeType};base64,${base64(bytesOf(part))}`);
  }
  const enclosed = email.attachments.map((part) => ({ name: part.filename ?? "", bytes: bytesOf(part) }));
  return { email, enclosed, inline };
}

function bytesOf({ content }: Attachment): ArrayBuffer {
  if (content instanceof ArrayBuffer) return content;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return new Uint8Array(bytes).buffer;
}

function base64(bytes: ArrayBuffer): string {
  const letters: string[] = [];
  const all = new Uint8Array(bytes);
  for (let at = 0; at < all.length; at += 8192) letters.push(String.fromCharCode(...all.subarray(at, at + 8192)));
  return btoa(letters.join(""));
}

/** `Ana <ana@example.org>, Team: b@example.org`. The address always stands beside the name that it claims. */
export function writtenAddress(address: Address): string {
  if (address.group !== undefined) return `${address.name}: ${address.group.map(writtenAddress).join(", ")}`;
  return address.name === "" || address.name === address.address ? address.address : `${address.name} <${address.address}>`;
}
