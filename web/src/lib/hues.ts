/** The same node has the same colour everywhere and for everyone. */

const hues = 12;

/** FNV-1a over the id, one of twelve hues in degrees. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  return (((hash >>> 0) ^ (hash >>> 15)) >>> 0) % hues * (360 / hues);
}
