/** Where a browser keeps things, as far as one of the secrets is in it. */
async (secrets) => {
  const found = [];
  const look = (where, text) => secrets.some((secret) => text.includes(secret)) && found.push(where);
  look("localStorage", JSON.stringify({ ...localStorage }));
  look("sessionStorage", JSON.stringify({ ...sessionStorage }));
  look("history", JSON.stringify(history.state) + location.href + document.cookie);
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = await done(database.transaction(store).objectStore(store).getAll());
      look(`${name}/${store}`, JSON.stringify(rows));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) look(`cache ${name}`, request.url + (await (await cache.match(request)).text()));
  }
  return found;
};
