/** The local databases of this page: one for each database that was met, and only the present one stays. */

const ours = /^(_pouch_)?mosaicfs-/;

export function nameOf(databaseId: string): string {
  return `mosaicfs-${databaseId}`;
}

/** Destroys every local database of ours but `staying`, so that a restored server never meets an old replica. */
export async function destroyOthers(staying?: string): Promise<void> {
  if (typeof indexedDB === "undefined" || typeof indexedDB.databases !== "function") return;
  const all = await indexedDB.databases().catch(() => []);
  const names = all.map(({ name }) => name ?? "").filter((name) => ours.test(name));
  await Promise.all(names.filter((name) => name.replace(/^_pouch_/, "") !== staying).map(destroyed));
}

function destroyed(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
