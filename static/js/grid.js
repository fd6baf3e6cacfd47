/* The grid of many villages: Enter and the arrow keys move from cell to cell, Alt+S saves, and a page with something typed
   is not left unasked. All of it works without, with the tab key and the buttons. */
(() => {
  const form = document.querySelector("[data-grid]");
  if (!form) return;
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const column = (cell) => cell.closest("td").cellIndex;
  const inCell = (cell) => [...cell.closest("td").querySelectorAll("[data-cell]")].indexOf(cell);

  /* The same field of the next row that has it. */
  const below = (cell, step) => {
    for (let row = cell.closest("tr"); row; ) {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      const there = row && row.cells[column(cell)].querySelectorAll("[data-cell]")[inCell(cell)];
      if (there) return there;
    }
    return null;
  };
  const beside = (cell, step) => cells(cell.closest("tr"))[cells(cell.closest("tr")).indexOf(cell) + step];
  const atEdge = (cell, step) => cell.type === "checkbox"
    || (cell.selectionStart === cell.selectionEnd && cell.selectionStart === (step > 0 ? cell.value.length : 0));
  const go = (event, to) => {
    if (!to) return;
    event.preventDefault();
    to.focus();
    if (to.type !== "checkbox") to.select();
  };

  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (event.altKey && event.code === "KeyS") {
      event.preventDefault();
      form.querySelector("[data-main]").click();
    }
    if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      go(event, below(cell, 1));
    } else if (event.key === "ArrowDown") go(event, below(cell, 1));
    else if (event.key === "ArrowUp") go(event, below(cell, -1));
    else if (event.key === "ArrowRight" && atEdge(cell, 1)) go(event, beside(cell, 1));
    else if (event.key === "ArrowLeft" && atEdge(cell, -1)) go(event, beside(cell, -1));
  });

  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
})();
