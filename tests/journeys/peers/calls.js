// What a journey may ask of PouchDB, in Node and in a browser alike. Every answer is plain JSON.
globalThis.journeyCalls = (PouchDB) => {
  const databases = new Map();
  const running = new Map();

  const open = ({ name, at, authorization }) => {
    const options = { batch_size: 1000 };
    if (authorization) {
      options.fetch = (url, init) => {
        init.headers.set("Authorization", authorization);
        init.credentials = "omit";
        return PouchDB.fetch(url, init);
      };
    }
    databases.set(name, new PouchDB(at, options));
    return {};
  };

  const told = (result) => ({
    read: result.docs_read,
    written: result.docs_written,
    failed: result.doc_write_failures,
    errors: (result.errors || []).map((error) => String(error.reason || error.message || error)),
  });

  const calls = {
    open,
    // What another call is refused with.
    refusal: async ({ of, ...given }) => {
      try {
        return { status: 0, answer: await calls[of](given) };
      } catch (error) {
        return { status: error.status || (error.result && error.result.errors[0].status) || -1 };
      }
    },
    close: async ({ name }) => {
      await databases.get(name).close();
      return {};
    },
    // `force` keeps the revisions given: that is how two machines come to have a conflict.
    write: async ({ name, docs, force }) => {
      const rows = await databases.get(name).bulkDocs(docs, { new_edits: !force });
      return { rows: rows.map((row) => ({ id: row.id, rev: row.rev, error: row.error ? row.name : "" })) };
    },
    info: ({ name }) => databases.get(name).info(),
    replicate: async ({ source, target, options }) =>
      told(await PouchDB.replicate(databases.get(source), databases.get(target), { batch_size: 1000, ...options })),
    follow: ({ source, target, options }) => {
      const task = PouchDB.replicate(databases.get(source), databases.get(target), {
        live: true,
        retry: true,
        ...options,
      });
      const denied = [];
      task.on("denied", (one) => denied.push(String(one.doc && one.doc.id)));
      task.on("error", (error) => denied.push(String(error)));
      running.set(`${source}>${target}`, { task, denied });
      return {};
    },
    unfollow: async ({ source, target }) => {
      const { task, denied } = running.get(`${source}>${target}`);
      const over = new Promise((resolve) => task.on("complete", resolve));
      task.cancel();
      return { ...told(await over), denied };
    },
    // Winner first, then the other leaves in order.
    leaves: async ({ name }) => {
      const page = await databases.get(name).changes({ since: 0, style: "all_docs", include_docs: true });
      const found = {};
      for (const row of page.results) {
        const others = row.changes.map((change) => change.rev).filter((rev) => rev !== row.doc._rev);
        found[row.id] = { revs: [row.doc._rev, ...others.sort()], deleted: Boolean(row.deleted) };
      }
      return found;
    },
  };
  return calls;
};
