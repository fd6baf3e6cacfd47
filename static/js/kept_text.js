/* Text typed in a form marked data-keep is kept on this device (copies.js), under where the form is sent, until the server
   has taken it (waiting.js): a session that has ended or a lost line takes nothing away. Nothing is sent by itself: what was
   typed, and nothing else of the form, is put back where it stood, and the person sends it. Files, and what is hidden, are not kept.
   Each tab keeps a copy of its own; what is typed in another one that is still open is left to it. */
(() => {
  const OF = "text", { back, away, lost, noPlace, user } = document.body.dataset;
  const anId = () => (sessionStorage["kept-text-tab"] = Math.random().toString(36).slice(2));
  let tab = sessionStorage["kept-text-tab"] || anId();
  const forms = [...document.querySelectorAll("form[data-keep]")];
  const fields = (form) => [...form.elements].filter((one) => one.name && !("unkept" in one.dataset) && !["hidden", "file", "password", "submit", "fieldset"].includes(one.type));
  const isChoice = (field) => ["checkbox", "radio"].includes(field.type);
  const nameOf = (field) => (isChoice(field) ? `${field.name}=${field.value}` : field.name);
  const stateOf = (field) => (isChoice(field) ? field.checked : field.value);
  const typedIn = (form) => Object.fromEntries(fields(form).map((field) => [nameOf(field), stateOf(field)]));

  const banner = (kind, text) => {
    const box = document.createElement("div");
    box.className = `banner ${kind} no-print`;
    box.setAttribute("role", "status");
    box.appendChild(document.createElement("p")).textContent = text;
    return box;
  };
  const setAll = (form, typed) => {
    for (const field of fields(form)) {
      const kept = typed[nameOf(field)];
      if (kept === undefined || kept === stateOf(field)) continue;
      field.closest("details")?.setAttribute("open", "");
      if (isChoice(field)) field.checked = kept;
      else field.value = kept;
    }
  };
  const isText = (text) => typeof text === "string" && text.trim();
  const list = (box, texts) => texts.filter(isText).forEach((text) => {
    box.appendChild(document.createElement("p")).textContent = text;
  });
  const putBack = (form, copy) => {
    const before = typedIn(form);
    setAll(form, copy.typed);
    /* Rows that the form does not have now; a page that only confirms what was typed has no field at all. */
    const withoutField = fields(form).length ? Object.keys(copy.typed).filter((name) => !(name in before)).map((name) => copy.typed[name]) : [];
    const placed = JSON.stringify(before) !== JSON.stringify(typedIn(form));
    if (!placed && !withoutField.some(isText)) return;
    const box = banner("wait", placed ? back : lost);
    if (placed && withoutField.some(isText)) box.appendChild(document.createElement("p")).textContent = noPlace;
    list(box, withoutField);
    const button = box.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "link";
    button.textContent = away;
    button.addEventListener("click", () => {
      copies.drop(OF, form.dataset.copy);
      setAll(form, before);
      box.remove();
    });
    (form.querySelector("main") || form).prepend(box);
    form.closest("details")?.setAttribute("open", "");
  };
  const withoutQuery = (place) => place.replace(/\?[^ ]*/, "");
  /* The form is not offered any more (somebody else has taken the step): the text is shown, to take along. Where the page is
     only asked for something else (another page of its list), the form is still there: waiting.js leads to it. */
  const textsOf = (copy) => (copy.application === OF ? Object.values(copy.typed) : [`${copy.item}  ${copy.typed}`, copy.reason]);
  const showLost = (copy) => {
    const box = banner("wait", lost);
    list(box, textsOf(copy));
    document.getElementById("main").prepend(box);
  };

  /* Two forms that are sent to one place differ in what is hidden in them. */
  const placeOfForm = (form) => [
    form.getAttribute("action") || location.pathname + location.search,
    ...[...form.elements].filter((one) => one.type === "hidden" && !["csrfmiddlewaretoken", "key"].includes(one.name)).map((one) => one.value),
  ].join(" ");
  /* What nobody has touched may be another's by the time that it is put back. */
  const touchedIn = (form, shown, kept) =>
    Object.fromEntries(Object.entries(typedIn(form)).filter(([name, state]) => state !== shown[name] || name in kept));
  for (const form of forms) {
    const shown = typedIn(form);
    form.dataset.keep ||= placeOfForm(form);
    form.dataset.copy = `${form.dataset.keep}#${tab}`;
    form.addEventListener("input", () => {
      const copy = copies.get(OF, form.dataset.copy);
      const page = form.dataset.page || (copy && withoutQuery(copy.page) !== location.pathname ? copy.page : location.pathname + location.search);
      copies.put(OF, form.dataset.copy, { typed: touchedIn(form, shown, copy?.typed || {}), page, at: Date.now() });
    });
    form.addEventListener("submit", () => sessionStorage.setItem(`kept-text:${user}`, form.dataset.copy));
  }

  /* Which forms are open in other tabs: each answers with the names of its copies. */
  const ANSWERED_WITHIN = 200;
  const tabs = new BroadcastChannel(`kept-text:${user}`), open = new Set();
  tabs.addEventListener("message", ({ data }) => {
    if (data === "which") tabs.postMessage(forms.map((form) => form.dataset.copy));
    else for (const copy of data) open.add(copy);
  });
  const askTabs = () => {
    tabs.postMessage("which");
    return new Promise((resolve) => { setTimeout(resolve, ANSWERED_WITHIN); });
  };
  const placeOfCopy = (copy) => copy.item.replace(/#\w+$/, "");
  const hasFormHere = (copy) => (copy.application === OF
    ? forms.some((form) => withoutQuery(form.dataset.keep) === withoutQuery(placeOfCopy(copy)))
    : document.getElementById("form"));
  const own = (form) => copies.get(OF, form.dataset.copy);
  const adopt = (form, { application: _a, item, ...copy }) => {
    copies.put(OF, form.dataset.copy, copy);
    copies.drop(OF, item);
    putBack(form, copy);
  };
  window.addEventListener("load", async () => {
    await copies.load();
    for (const form of forms) if (own(form)) putBack(form, own(form));
    await askTabs();
    if (forms.some((form) => open.has(form.dataset.copy))) { // a tab that was duplicated has the storage of the other
      tab = anId();
      for (const form of forms) form.dataset.copy = `${form.dataset.keep}#${tab}`;
    }
    const left = copies.all().filter((copy) => !open.has(copy.item)).sort((one, other) => (other.at || 0) - (one.at || 0));
    for (const form of forms) {
      const copy = left.find((one) => one.application === OF && placeOfCopy(one) === form.dataset.keep);
      if (copy && !own(form)) adopt(form, copy);
    }
    for (const copy of left) {
      if (!copy.file && !hasFormHere(copy) && withoutQuery(copy.page) === location.pathname) showLost(copy);
    }
  });
})();
