/* The score sheet's niceties: pictures turn and grow, and a few keys with Alt. Everything works without it, by links and
   buttons; plain keys are never taken, so that nothing typed is lost and screen readers keep theirs. */
(() => {
  const bench = document.querySelector("[data-keys]");
  if (!bench) return;

  for (const details of bench.querySelectorAll("[data-viewer] details")) {
    const frame = details.querySelector(".frame");
    if (!frame) continue;
    for (const button of details.querySelectorAll("[data-turn], [data-zoom]")) button.hidden = false;
  }

  bench.addEventListener("click", (event) => {
    const button = event.target.closest("[data-turn], [data-zoom]");
    if (!button) return;
    const frame = button.closest("details").querySelector(".frame");
    if (button.hasAttribute("data-turn")) frame.dataset.turned = String((Number(frame.dataset.turned || 0) + 1) % 4);
    else frame.dataset.by = frame.dataset.by === "2" ? "1" : "2";
  });

  /* Editing a fact chooses to correct it, as on the server; accepting the computed points restores the facts. */
  bench.addEventListener("input", (event) => {
    const input = event.target, part = input.closest("[data-part]");
    if (!part) return;
    if (input.name.startsWith("v.")) {
      const change = part.querySelector("[type=radio][value=change]");
      if (change) change.checked = true;
    } else if (input.type === "radio" && input.value === "agree") {
      for (const field of part.querySelectorAll("[data-reported]")) {
        if (field.type === "checkbox") field.checked = field.dataset.reported === "1";
        else field.value = field.dataset.reported;
      }
    }
  });

  const pieces = () => [...bench.querySelectorAll("[data-viewer] details")];
  const show = (step) => {
    const all = pieces();
    if (!all.length) return;
    const at = all.findIndex((one) => one.contains(document.activeElement));
    const from = at >= 0 ? at : all.findIndex((one) => one.open);
    const next = all[Math.min(all.length - 1, Math.max(0, from + step))];
    next.open = true;
    next.querySelector("summary").focus();
  };
  const fields = () => [...bench.querySelectorAll(".sheet fieldset:not([disabled]) input, .sheet fieldset:not([disabled]) textarea")].filter((one) => one.offsetParent);
  const go = (step) => {
    const sets = [...bench.querySelectorAll(".sheet fieldset:not([disabled])")];
    if (!sets.length) return;
    const at = sets.findIndex((one) => one.contains(document.activeElement));
    const next = sets[Math.min(sets.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    const field = fields().find((one) => next.contains(one));
    if (field) field.focus();
  };
  const press = (button) => { const one = bench.querySelector(button); if (one) one.click(); };
  const keys = { KeyN: () => show(1), KeyP: () => show(-1), KeyJ: () => go(1), KeyK: () => go(-1),
    KeyS: () => press("[data-main]"), KeyA: () => press("[data-accept]") };
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !keys[event.code]) return;
    event.preventDefault();
    keys[event.code]();
  });
})();
