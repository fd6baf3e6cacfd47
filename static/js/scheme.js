/* Writing a scheme: what the server refuses is shown too (both texts of a conflict), and criteria are dragged.
   Dragging sends what the buttons send; without this script the buttons do it all. */
(() => {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409) event.detail.shouldSwap = true;
  });

  /* Another method has other fields: the page is read again once the choice is kept. */
  const part = document.querySelector("[data-part]");
  if (part) {
    /* A press of a button waits for what is being saved, or it would be told of its own change as of another's. */
    let underway = 0;
    let waits = null;
    document.body.addEventListener("htmx:beforeRequest", () => { underway += 1; });
    document.body.addEventListener("htmx:afterRequest", () => {
      underway -= 1;
      if (!underway && waits) part.requestSubmit(waits);
    });
    part.addEventListener("submit", (event) => {
      if (!underway) return;
      event.preventDefault();
      waits = event.submitter;
    });
    let reread = false;
    part.addEventListener("change", (event) => { reread = event.target.name === "method"; }, true);
    document.body.addEventListener("htmx:afterRequest", (event) => {
      if (reread && event.detail.successful) location.reload();
    });
  }

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
        onEnd: (event) => {
          const area = event.to.closest("[data-area]").dataset.area;
          const values = { do: event.item.dataset.put, to: `a${area}c${event.newIndex + 1}` };
          values.seen = form.elements.seen.value;
          htmx.ajax("POST", form.action, { target: "#outline", swap: "outerHTML", values });
        },
      });
    });
  };
  drags();
  document.body.addEventListener("htmx:afterSwap", drags);
})();
