/* Copies of what was typed and is not known to be on the server (design §6), kept on this device by user, application
   and item until the server has said yes. A shared phone: nobody is sent another's, signing out takes them away. */
window.copies = (() => {
  const user = document.body.dataset.user;
  const prefix = `draft:${user}:`;
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  return {
    get: (application, item) => read(`${prefix}${application}:${item}`),
    put(application, item, copy) {
      try { localStorage.setItem(`${prefix}${application}:${item}`, JSON.stringify(copy)); } catch { /* private mode */ }
    },
    drop(application, item) {
      try { localStorage.removeItem(`${prefix}${application}:${item}`); } catch { /* private mode */ }
    },
    /* Every copy of the person who is signed in: {application, item, typed, reason, seen, sent, page}. */
    all() {
      let keys = [];
      try { keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { /* private mode */ }
      return keys.map((key) => {
        const [application, ...item] = key.slice(prefix.length).split(":");
        return { application, item: item.join(":"), ...read(key) };
      });
    },
    token: () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"],
  };
})();
