/* The form of an application: counters without a reload, and a copy of what was typed on this device until the server
   has said yes (design §6). htmx sends a criterion when one of its fields changes; the answer swaps states, never inputs. */
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  const key = (name) => `draft:${form.dataset.draft}:${name}`;
  const value = (input) => (input.type === "checkbox" ? String(input.checked) : input.value);
  const kept = (name) => {
    try { return localStorage.getItem(key(name)); } catch { return null; }
  };
  const keep = (name, text) => {
    try { text === null ? localStorage.removeItem(key(name)) : localStorage.setItem(key(name), text); } catch { /* private mode */ }
  };
  const typed = (root) => root.querySelectorAll("input[type=checkbox], input[inputmode], textarea[name]");
  const stateOf = (input) => document.getElementById(`${input.id.replace(/-reason$/, "")}-state`);

  const showLocal = (input) => {
    const state = stateOf(input);
    if (!state) return;
    let line = state.querySelector(".state");
    if (!line) state.append((line = document.createElement("p")));
    line.className = "state local";
    line.textContent = form.dataset.local;
  };

  form.classList.add("scripted");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button || button.closest("form") !== form) return;
    event.preventDefault();
    const input = button.parentElement.querySelector("input");
    const count = /^\d+$/.test(input.value) ? Number(input.value) : 0;
    input.value = String(Math.max(0, count + Number(button.dataset.step)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  form.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.name || input.type === "file" || input.type === "hidden") return;
    keep(input.name, value(input));
    showLocal(input);
  });

  /* What was sent and taken needs no copy any more; what has changed since keeps its own. */
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const section = event.target.closest(".criterion");
    if (section) section.sent = new Map([...typed(section)].map((input) => [input.name, value(input)]));
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const section = event.target.closest(".criterion");
    if (!section || !section.sent || !event.detail.successful) return;
    for (const input of typed(section)) {
      const state = stateOf(input);
      const refused = state && state.hasAttribute("data-refused");
      if (!refused && section.sent.get(input.name) === value(input)) keep(input.name, null);
      else if (!refused) showLocal(input);
      if (state && input.type !== "checkbox" && !input.id.endsWith("-reason")) {
        if (state.querySelector(".invalid")) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    }
  });

  const restore = () => {
    for (const input of typed(form)) {
      const copy = kept(input.name);
      if (copy === null) continue;
      if (copy === value(input)) { keep(input.name, null); continue; }
      if (input.type === "checkbox") input.checked = copy === "true";
      else input.value = copy;
      showLocal(input);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const resend = () => {
    for (const input of typed(form)) if (kept(input.name) !== null) input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  window.addEventListener("load", restore);
  window.addEventListener("online", resend);
})();
