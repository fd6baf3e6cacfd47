/* The form of an application, and of a reviewer on the spot: counters without a reload, and a copy of what was typed on this device until the server
   has said yes (architecture §6). htmx sends a criterion when one of its fields changes; the answer swaps states, never inputs. */
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  const application = form.dataset.draft;
  const itemOf = (input) => input.name.replace(/^reason:/, "");
  const fields = (root) => root.querySelectorAll("[data-item]");
  const value = (input) => {
    if (input.type === "radio") return form.elements[input.name].value; // of its group, whose first one has the item
    return input.type === "checkbox" ? (input.checked ? "1" : "0") : input.value;
  };
  const put = (input, typed) => {
    if (input.type === "radio") form.elements[input.name].value = typed;
    else if (input.type === "checkbox") input.checked = typed === "1";
    else input.value = typed;
  };
  const reasonOf = (input) => document.getElementById(`${input.id}-reason`);
  const stateOf = (input) => document.getElementById(input.dataset.state || `${input.id}-state`);
  const seenOf = (input) => stateOf(input).querySelector("[name^='seen:']").value;
  const now = (input) => ({ typed: value(input), reason: reasonOf(input) ? reasonOf(input).value : "" });
  const same = (a, b) => a.typed === b.typed && a.reason === b.reason;

  const show = (input, kind, text) => {
    const state = stateOf(input);
    let line = state.querySelector(".state");
    if (!line) state.append((line = document.createElement("p")));
    line.className = `state ${kind}`;
    line.textContent = text;
  };
  const showLocal = (input, kept = true) => show(input, "local", kept ? form.dataset.local : form.dataset.unkept);
  const showUntaken = (section) => {
    for (const input of fields(section)) if (copies.get(application, input.dataset.item)) show(input, "invalid", form.dataset.untaken);
  };
  /* "On this device" is shown only once it is true, and not after the server has answered meanwhile. */
  const keep = async (input, copy) => {
    const item = input.dataset.item, kept = await copies.put(application, item, copy);
    if (copies.get(application, item) === copy) showLocal(input, kept);
  };
  const send = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));

  form.classList.add("scripted");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step], [data-take]");
    if (!button || button.closest("form") !== form) return;
    if (button.dataset.take !== undefined) {
      const input = form.querySelector(`[data-item="${CSS.escape(button.value)}"]`);
      put(input, button.dataset.take);
      copies.drop(application, button.value);
      return;
    }
    event.preventDefault();
    const input = button.parentElement.querySelector("input");
    const count = /^\d+$/.test(input.value) ? Number(input.value) : 0;
    input.value = String(Math.max(0, count + Number(button.dataset.step)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    send(input);
  }, true);

  /* The server's value is right: discard the input here and reload the page. */
  form.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-forget]");
    if (!link) return;
    event.preventDefault();
    await Promise.all([...fields(link.closest(".criterion"))].map((input) => copies.drop(application, input.dataset.item)));
    location.reload();
  });

  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    const input = form.querySelector(`[data-item="${CSS.escape(itemOf(event.target))}"]`);
    if (!input) return;
    const before = copies.get(application, input.dataset.item);
    keep(input, {
      ...now(input),
      seen: before ? before.seen : seenOf(input),
      sent: before ? before.sent : [],
      page: location.pathname + location.search,
    });
  });

  /* Requests carry the version that this device had seen, and what it has sent before without a response. */
  const sectionOf = (event) => event.target.closest && event.target.closest(".criterion");
  document.body.addEventListener("htmx:configRequest", (event) => {
    const section = sectionOf(event);
    if (!section || event.target.type === "file") return;
    const data = event.detail.formData;
    for (const input of fields(section)) {
      const item = input.dataset.item, copy = copies.get(application, item);
      if (!copy) continue;
      data.set(`seen:${item}`, copy.seen);
      for (const text of copy.sent) data.append(`sent:${item}`, text);
      if (!copy.sent.includes(copy.typed)) keep(input, { ...copy, sent: [...copy.sent, copy.typed].slice(-20) });
    }
    section.sent = new Map([...fields(section)].map((input) => [input.dataset.item, now(input)]));
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const section = sectionOf(event);
    if (!section || !section.sent) return;
    if (!event.detail.successful) {
      if (!copies.isSentAgain(event.detail.xhr.status)) showUntaken(section);
      return;
    }
    if (event.detail.xhr.responseURL.includes("/login/")) return;
    for (const input of fields(section)) {
      const item = input.dataset.item, state = stateOf(input), copy = copies.get(application, item);
      if (copy && !state.hasAttribute("data-refused")) {
        if (same(section.sent.get(item), now(input))) copies.drop(application, item);
        else keep(input, { ...copy, ...now(input), seen: seenOf(input), sent: [] });
      }
      if (input.type === "checkbox" || input.dataset.state) continue; // a state shared by several fields would name the wrong one
      if (state.querySelector(".invalid")) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  });

  /* Leaving waits for pending requests: only their responses tell which versions this device has seen. */
  let underway = 0, leaving = null;
  document.body.addEventListener("htmx:beforeRequest", (event) => { if (sectionOf(event)) underway += 1; });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!sectionOf(event)) return;
    underway -= 1;
    if (!event.detail.xhr.status) leaving = null; // the connection was lost: stay, with what was typed and chosen
    setTimeout(() => {
      if (underway || !leaving) return;
      const button = leaving;
      leaving = null;
      form.requestSubmit(button);
    });
  });
  /* The browser's own error page would replace this one: stay here while offline. */
  const stay = () => {
    const said = form.querySelector("[data-stay]") || document.createElement("p");
    said.dataset.stay = "";
    said.className = "banner wait";
    said.setAttribute("role", "alert");
    said.textContent = form.dataset.offline;
    form.querySelector(".dock .wide").prepend(said);
  };
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopPropagation();
      stay();
      return;
    }
    if (!underway && !form.querySelector("[data-preparing]")) return;
    event.preventDefault();
    event.stopPropagation();
    leaving = event.submitter;
  }, true);

  const restore = async () => {
    await copies.load();
    const sections = new Set();
    for (const input of fields(form)) {
      const copy = copies.get(application, input.dataset.item);
      if (!copy) continue;
      put(input, copy.typed);
      if (reasonOf(input)) reasonOf(input).value = copy.reason;
      showLocal(input);
      sections.add(input.closest(".criterion"));
    }
    for (const section of sections) send(fields(section)[0]);
  };
  window.addEventListener("load", restore);
  window.addEventListener("online", restore);
})();
