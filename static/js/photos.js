/* Photos of a reviewer on the spot: made small for a weak line (shrinking.js) and kept on this device (copies.js) until
   the server has them; waiting.js sends them, from this page or from the next one that is opened. */
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  const sheet = form.dataset.draft, { local, unkept, saved, drop } = form.dataset;
  const lines = new Map();
  const show = (copy, kind, text) => {
    let line = lines.get(copy.item);
    if (!line) {
      const list = document.getElementById(copy.list);
      if (!list) return null;
      line = list.appendChild(document.createElement("li"));
      line.appendChild(document.createElement("span")).className = "icon camera";
      line.appendChild(document.createElement("div"));
      lines.set(copy.item, line);
    }
    const said = document.createElement("span");
    said.className = `state ${kind}`;
    said.textContent = text;
    line.children[1].replaceChildren(said);
    return line;
  };
  const letGo = (copy, line) => {
    const button = line.children[1].appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "link small";
    button.textContent = drop;
    button.addEventListener("click", async () => {
      await copies.drop(sheet, copy.item);
      lines.delete(copy.item);
      line.remove();
    });
  };

  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.dataset.photo) return;
    event.stopPropagation(); // what is typed goes another way
    const files = [...input.files];
    for (const file of files) {
      const small = await shrunk(file);
      const item = `photo:${input.dataset.photo}:${Date.now()}-${Math.random().toString(36).slice(2)}`;
      const copy = { file: small, name: small.name, criterion: input.dataset.photo, list: input.dataset.list, page: location.pathname };
      const kept = await copies.put(sheet, item, copy);
      show({ ...copy, item }, "local", kept ? local : unkept);
    }
    input.value = "";
    document.dispatchEvent(new Event("copies:waiting"));
  }, true);

  document.addEventListener("copies:answered", (event) => {
    const { copy, taken, said } = event.detail;
    if (copy.application !== sheet) return;
    const line = show(copy, taken ? "saved" : "invalid", taken ? saved : said.detail || local);
    if (line && !taken) letGo(copy, line);
  });
  window.addEventListener("load", async () => {
    await copies.load();
    for (const copy of copies.all()) if (copy.file && copy.application === sheet && !lines.has(copy.item)) show(copy, "local", local);
  });
})();
