/* Files kept on this device (copies.js) until the server has them, each as a line of the list where it belongs
   (`copy.list`, an id). waiting.js sends them, from this page or from the next one that is opened. The texts stand on
   the element with `data-drop`. */
window.keptFiles = (() => {
  const texts = document.querySelector("[data-drop]")?.dataset;
  const lines = new Map();

  const show = (copy, kind, text) => {
    let line = lines.get(copy.item);
    if (!line || !line.isConnected) {
      const list = document.getElementById(copy.list);
      if (!list || !texts) return null;
      line = list.appendChild(document.createElement("li"));
      line.appendChild(document.createElement("span")).className = "icon camera";
      line.appendChild(document.createElement("div"));
      lines.set(copy.item, line);
    }
    const said = document.createElement("span");
    said.className = `state ${kind}`;
    said.textContent = text;
    const name = document.createElement("b");
    name.textContent = copy.name || "";
    line.children[1].replaceChildren(name, said);
    return line;
  };
  const letGo = (copy, line) => {
    const button = line.children[1].appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "link small";
    button.textContent = texts.drop;
    button.addEventListener("click", async () => {
      await copies.drop(copy.application, copy.item);
      lines.delete(copy.item);
      line.remove();
    });
  };
  const showAll = async () => {
    await copies.load();
    for (const copy of copies.all()) if (copy.file && !lines.get(copy.item)?.isConnected) show(copy, "local", texts?.local);
  };

  document.addEventListener("copies:answered", (event) => {
    const { copy, taken, said } = event.detail;
    const line = show(copy, taken ? "saved" : "invalid", taken ? texts?.saved : said.detail || texts?.local);
    if (line && !taken) letGo(copy, line);
  });
  document.body.addEventListener("htmx:afterSwap", showAll);
  window.addEventListener("load", showAll);
  return {
    /* Keep a file for `of` (an application, a sheet); shows it, and resolves to its item if it survives this page. */
    async keep(of, file, place) {
      const item = `file:${place.criterion}:${Date.now()}-${Math.random().toString(36).slice(2)}`;
      const copy = { file, name: file.name, page: location.pathname, ...place };
      const kept = await copies.put(of, item, copy);
      show({ ...copy, item }, "local", kept ? texts.local : texts.unkept);
      return kept ? item : null;
    },
    gone(item) {
      lines.get(item)?.remove();
      lines.delete(item);
    },
  };
})();
