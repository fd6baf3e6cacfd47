/* Writing a scheme: what the server refuses is shown too (both texts of a conflict), what is typed is kept on this device
   until the server has it, and criteria are dragged. Dragging sends what the buttons send; without this script the buttons
   do it all. */
(() => {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409) event.detail.shouldSwap = true;
  });
  const drags = () => {
    const form = document.querySelector("[data-outline]");
    if (!form || !window.Sortable) return;
    form.querySelectorAll("[data-order]").forEach((list) => {
      list.classList.add("drags");
      Sortable.create(list, {
        group: "criteria",
        animation: 120,
        filter: "a, button",
        preventOnFilter: false,
        onEnd: ({ item, from, to, oldIndex, newIndex }) => {
          const area = to.closest("[data-area]").dataset.area;
          const values = { do: item.dataset.put, to: `a${area}c${newIndex + 1}`, seen: form.elements.seen.value };
          /* An answer puts a new outline here; without one nothing was moved. */
          const back = () => {
            if (!form.isConnected) return;
            from.insertBefore(item, [...from.children].filter((one) => one !== item)[oldIndex] || null);
            form.querySelector("[data-unmoved]").hidden = false;
          };
          htmx.ajax("POST", form.action, { target: "#outline", swap: "outerHTML", values }).then(back, back);
        },
      });
    });
  };
  drags();
  document.body.addEventListener("htmx:afterSwap", drags);

  const part = document.querySelector("[data-item].craft");
  if (!part) return;
  const { draft, item } = part.dataset;
  const seen = ["was", "shape"]; // what the page was made from: it changes with each answer, what was typed does not
  const fields = () => [...new FormData(part)].filter(([name]) => name !== "csrfmiddlewaretoken" && !name.startsWith("sample:"));
  const typed = () => JSON.stringify(fields().filter(([name]) => !seen.includes(name)));
  const kept = () => copies.get(draft, item);

  const say = (text) => {
    const running = document.getElementById("running");
    let line = running.querySelector(":scope > .state");
    if (!line) running.prepend((line = document.createElement("p")));
    line.className = "state local";
    line.textContent = text;
  };
  const showLocal = (stored) => say(stored ? part.dataset.local : part.dataset.unkept);
  const keep = async () => {
    const copy = { fields: fields(), page: location.pathname }, stored = await copies.put(draft, item, copy);
    if (kept() === copy) showLocal(stored);
  };
  const send = () => htmx.trigger(part, "change");
  part.addEventListener("input", (event) => { if (!event.target.name.startsWith("sample:")) keep(); });

  /* Another method has other fields, and a copy may be of another shape: the page is read again once it is saved. */
  let reread = false;
  part.addEventListener("change", (event) => { if (event.target.name === "method") reread = true; }, true);

  /* A press of a button waits for what is being saved, or it would be told of its own change as of another's. */
  let underway = 0, waits = null, sent = "";
  document.body.addEventListener("htmx:beforeRequest", () => {
    underway += 1;
    sent = typed();
  });
  document.body.addEventListener("htmx:afterRequest", async ({ detail: { successful, xhr } }) => {
    underway -= 1;
    if (!successful) {
      /* Signed in again in another tab: the page, reloaded, has the token of that session, and sends the copy. */
      if (xhr.status === 403 && kept() && !kept().refused) {
        await copies.put(draft, item, { ...kept(), refused: true });
        location.reload();
        return;
      }
      if (waits && !xhr.status) part.querySelector("[data-stay]").hidden = false;
      if (kept() && copies.isSentAgain(xhr.status)) showLocal(true);
      else if (kept() && xhr.status !== 409) say(part.dataset.untaken);
      waits = null;
      return;
    }
    part.querySelector("[data-stay]").hidden = true;
    if (kept() && typed() !== sent) keep();
    else await copies.drop(draft, item);
    if (underway) return;
    if (waits) part.requestSubmit(waits);
    else if (reread && !kept()) location.reload();
  });
  part.addEventListener("submit", (event) => {
    const over = event.submitter && event.submitter.value.startsWith("over:");
    if (over || (!underway && !kept())) return;
    event.preventDefault();
    waits = event.submitter;
    if (!underway) send();
  });
  part.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-forget]");
    if (!link) return;
    event.preventDefault();
    await copies.drop(draft, item);
    location.assign(link.href);
  });

  const restore = async () => {
    await copies.load();
    if (!kept()) return;
    const left = new Map(kept().fields);
    reread = seen.some((name) => part.elements[name]?.value !== left.get(name))
      || (left.has("method") && left.get("method") !== left.get("shape"));
    for (const field of part.elements) {
      if (!field.name || field.name.startsWith("sample:") || field.name === "csrfmiddlewaretoken" || field.type === "submit") continue;
      if (field.type === "checkbox") field.checked = left.has(field.name);
      else field.value = left.get(field.name) ?? "";
      left.delete(field.name);
    }
    for (const [name, value] of left) part.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    showLocal(true);
    send();
  };
  window.addEventListener("load", restore);
  window.addEventListener("online", () => { if (kept()) send(); });
})();
