// Lets the page begin without the server: it keeps the shell and the hashed files of one build, and nothing else.
// Never an answer of the API, never a byte of a file, never a token. `BUILD` is put in when the page is built.

const { id, entry, hashed, loose } = BUILD;
const shelf = `mosaicfs-shell-${id}`;
const kept = new Set(hashed);
const shell = "/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(shelf).then((cache) => cache.addAll([shell, ...loose, ...hashed])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("mosaicfs-shell-") && name !== shelf).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "skip") void self.skipWaiting();
  else if (event.data === "entry") event.ports[0]?.postMessage(entry);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (kept.has(pathname)) event.respondWith(keptFirst(request));
  else if (loose.includes(pathname)) event.respondWith(serverFirst(request, pathname));
  else if (request.mode === "navigate" && isPlace(pathname)) event.respondWith(serverFirst(request, shell));
});

/** An address of the page, not of the API, of the preview frame or of a file. */
function isPlace(pathname) {
  return !/^\/(api|preview)(\/|$)/.test(pathname) && !/^\/[^/]*\.[a-z]+$/.test(pathname);
}

async function keptFirst(request) {
  const cache = await caches.open(shelf);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** What the server says counts, also when it refuses; only its silence is answered from here. */
async function serverFirst(request, otherwise) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await (await caches.open(shelf)).match(otherwise, { ignoreVary: true });
    if (!found) throw error;
    return found;
  }
}
