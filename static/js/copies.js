/* Copies of what was typed and is not known to be on the server (architecture §6), kept on this device by user, application
   and item until the server has said yes. A shared phone: nobody is sent another's, signing out takes them away.
   They stand in IndexedDB, which tells when a copy is on the disk; localStorage gets there seconds later, or never. */
window.copies = (() => {
  const STORE = "copies";
  const prefix = `${document.body.dataset.user}:`;
  const database = new Promise((resolve) => {
    try {
      const request = indexedDB.open(STORE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch { resolve(null); } // no storage in this browser: the input lives as long as the page
  });
  /* The same copies, available synchronously in an event; `touched` since the last read began. */
  let held = new Map(), touched = new Set(), reading = null;

  const transact = async (mode, ask) => {
    const open = await database;
    if (!open) return null;
    return new Promise((resolve) => {
      const transaction = open.transaction(STORE, mode, { durability: "strict" });
      const answers = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(answers.map((answer) => answer.result));
      transaction.onerror = transaction.onabort = () => resolve(null);
    });
  };
  const read = async () => {
    touched = new Set();
    const stored = await transact("readonly", (store) => [store.getAllKeys(), store.getAll()]);
    reading = null;
    if (!stored) return; // only this page holds them
    const fresh = new Map();
    stored[0].forEach((key, at) => { if (key.startsWith(prefix)) fresh.set(key, stored[1][at]); });
    for (const key of touched) {
      if (held.has(key)) fresh.set(key, held.get(key));
      else fresh.delete(key);
    }
    held = fresh;
  };
  const keyOf = (application, item) => `${prefix}${application}:${item}`;

  return {
    /* Resolves once the copies of other pages and tabs are known. */
    load: () => (reading ||= read()),
    get: (application, item) => held.get(keyOf(application, item)) || null,
    /* Resolves to whether the copy survives this page. */
    put(application, item, copy) {
      const key = keyOf(application, item);
      held.set(key, copy);
      touched.add(key);
      return transact("readwrite", (store) => [store.put(copy, key)]).then(Boolean);
    },
    drop(application, item) {
      const key = keyOf(application, item);
      held.delete(key);
      touched.add(key);
      return transact("readwrite", (store) => [store.delete(key)]);
    },
    /* Every copy of the person who is signed in: {application, item, typed, reason, seen, sent, page}. */
    all: () => [...held].map(([key, copy]) => {
      const [application, ...item] = key.slice(prefix.length).split(":");
      return { application, item: item.join(":"), ...copy };
    }),
    /* A response that says nothing about what was sent: offline, signed out, too slow, too often, the server down. It is
       sent again. What is gone, or no longer this person's, is not. */
    isSentAgain: (status) => [0, 401, 403, 408, 429].includes(status) || status >= 500,
    token: () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"],
  };
})();
