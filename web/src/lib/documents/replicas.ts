/** The local databases of this page: one for each database that was met, and only the present one stays. */

const ours = /^(_pouch_)?mosaicfs-/;

export function nameOf(databaseId: string): string {
  return `mosaicfs-${databaseId}`;
}

/** Where the server has the original. */
export function addressOf(database: string | undefined): string {
  return new URL(database ?? "", location.origin).href;
}

/** Whether this browser may have begun a replica of this name; where it does not tell, it may. */
export async function isThere(name: string): Promise<boolean> {
  return mayHold(await begun(), name);
}

/** Names of the databases of this browser; `null` where it does not tell. */
export async function begun(): Promise<readonly string[] | null> {
  if (typeof indexedDB === "undefined") return [];
  if (typeof indexedDB.databases !== "function") return null;
  return indexedDB.databases().then(
    (all) => all.map(({ name }) => name ?? ""),
    () => null,
  );
}

export function mayHold(all: readonly string[] | null, name: string): boolean {
  return all === null || all.includes(`_pouch_${name}`);
}

/** Destroys every local database of ours but `staying`, so that a restored server never meets an old replica. */
export async function destroyOthers(staying?: string): Promise<void> {
  const names = ((await begun()) ?? []).filter((name) => ours.test(name));
  await Promise.all(names.filter((name) => name.replace(/^_pouch_/, "") !== staying).map(destroyed));
}

function destroyed(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
