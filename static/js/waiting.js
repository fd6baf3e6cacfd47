/* Input kept on this device from other pages of a form is sent by whichever page is open next, through the API;
   what cannot be sent is told, with the way to its page. Signing out sends first, then takes every copy away. */
(() => {
  const { user, waiting, choose, content, leave, discard } = document.body.dataset;
  if (!user) return;

  /* A form of kept text was sent from this tab: the page that says that it was done, or shows all of the text to take
     along, ends its copy. */
  const sentKey = `kept-text:${user}`, sentText = sessionStorage.getItem(sentKey);
  sessionStorage.removeItem(sentKey);
  const withoutSpaces = (text) => text.replace(/\s/g, "");
  const pageShowsText = (copy) => {
    const shown = withoutSpaces([...document.querySelectorAll("[data-shown]")].map((part) => part.textContent).join(" "));
    return shown && textsIn(copy).every((text) => shown.includes(withoutSpaces(text)));
  };
  const end = async () => {
    await copies.load();
    const copy = copies.get("text", sentText);
    if (copy && (document.querySelector(".messages .banner.good") || pageShowsText(copy))) await copies.drop("text", sentText);
  };
  const ended = sentText ? end() : Promise.resolve();

  /* Its page may lead elsewhere by now: what was typed can be read on every page. */
  const listed = (texts) => {
    const part = document.createElement("details"), list = document.createElement("ul");
    part.appendChild(document.createElement("summary")).textContent = content;
    for (const text of texts) list.appendChild(document.createElement("li")).textContent = text;
    part.append(list);
    return part;
  };
  const tell = (text, pages, texts = []) => {
    document.getElementById("waiting")?.remove();
    const main = document.getElementById("main");
    if (!text || !main) return;
    const box = document.createElement("div");
    box.id = "waiting";
    box.className = "banner wait";
    box.setAttribute("role", "status");
    const strong = box.appendChild(document.createElement("strong"));
    strong.textContent = text;
    const line = box.appendChild(document.createElement("p"));
    for (const page of new Set(pages)) {
      const link = line.appendChild(document.createElement("a"));
      link.href = page;
      link.textContent = `${choose} `;
    }
    const button = line.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "link small";
    button.textContent = discard;
    button.addEventListener("click", () => {
      for (const copy of elsewhere()) copies.drop(copy.application, copy.item);
      tell("");
    });
    if (texts.length) box.append(listed(texts));
    main.prepend(box);
  };
  /* This page sends and shows what belongs to it; of a form that shows fewer fields than before, only those shown. */
  const isHere = (copy) => copy.application === "text"
    ? document.querySelector(`form[data-keep="${CSS.escape(copy.item.replace(/#\w+$/, ""))}"]`)
    : copy.page.split("?")[0] === location.pathname
    && (copy.file || document.querySelector(`[data-item="${CSS.escape(copy.item)}"]`));
  const textsIn = (copy) => ((copy.application || "text") === "text" ? Object.values(copy.typed).filter((text) => typeof text === "string" && text.trim()) : []);
  const elsewhere = () => copies.all().filter((copy) => !isHere(copy));
  const report = () => {
    const left = elsewhere();
    document.body.dataset.left = left.length;
    tell(left.length ? waiting.replace("{n}", left.length) : "", left.map((copy) => copy.page), left.flatMap(textsIn));
  };

  /* The API endpoints for typed input and for photos: an application's, or a score sheet's ("sheet-12"). What belongs to
     a scheme ("scheme-12") is sent by its own page alone, kept text by the person (kept_text.js). */
  const endpoints = (of) => (of.startsWith("sheet-")
    ? { answers: `/api/v1/sheets/${of.slice(6)}/typed/`, photos: `/api/v1/sheets/${of.slice(6)}/photos/` }
    : { answers: `/api/v1/applications/${of}/answers/`, photos: `/api/v1/applications/${of}/evidence/` });
  const hasEndpoints = (copy) => copy.application !== "text" && !copy.application.startsWith("scheme-");
  const deliverPhoto = async (copy) => {
    const body = new FormData();
    body.append("criterion", copy.criterion);
    if (copy.piece) body.append("name", copy.piece);
    body.append("file", copy.file, copy.name);
    const headers = { "X-CSRFToken": copies.token(), Accept: "application/json" };
    const answer = await fetch(endpoints(copy.application).photos, { method: "POST", headers, body });
    if (copies.isSentAgain(answer.status)) return;
    if (answer.ok) await copies.drop(copy.application, copy.item);
    const said = await answer.json().catch(() => ({}));
    document.dispatchEvent(new CustomEvent("copies:answered", { detail: { copy, taken: answer.ok, said } }));
  };
  const deliver = async (application, mine) => {
    const answers = mine.map(({ item, typed, reason, seen, sent }) => ({ item, typed, reason, seen, sent }));
    for (const copy of mine) {
      const { application: _a, item, ...kept } = copy;
      copies.put(application, item, { ...kept, sent: [...new Set([...copy.sent, copy.typed])].slice(-20) });
    }
    const answer = await fetch(endpoints(application).answers, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": copies.token() },
      body: JSON.stringify({ answers }),
    });
    if (!answer.ok) return;
    for (const { item, refused } of await answer.json()) {
      const sent = answers.find((one) => one.item === item), copy = copies.get(application, item);
      if (!refused && copy && copy.typed === sent.typed && copy.reason === sent.reason) copies.drop(application, item);
    }
  };
  const send = async (which) => {
    await copies.load();
    const byApplication = new Map();
    for (const copy of which().filter(hasEndpoints)) byApplication.set(copy.application, [...(byApplication.get(copy.application) || []), copy]);
    for (const [application, mine] of byApplication) {
      const typed = mine.filter((copy) => !copy.file);
      try {
        if (typed.length) await deliver(application, typed);
        for (const copy of mine) if (copy.file) await deliverPhoto(copy);
      } catch { /* offline: they keep waiting */ }
    }
    report();
  };
  /* One after another, so that nothing is sent twice at once. */
  let last = ended;
  const flush = (which) => (last = last.then(() => send(which)));

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.action.endsWith("/accounts/logout/")) return;
    event.preventDefault();
    await flush(copies.all);
    const left = copies.all();
    if (left.length && !window.confirm(leave.replace("{n}", left.length))) return;
    await Promise.all(left.map((copy) => copies.drop(copy.application, copy.item)));
    form.submit();
  }, true);
  const due = () => copies.all().filter((copy) => copy.file || !isHere(copy));
  window.addEventListener("load", () => flush(due));
  window.addEventListener("online", () => flush(due));
  document.addEventListener("copies:waiting", () => flush(due));
})();
