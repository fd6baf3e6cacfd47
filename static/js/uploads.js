/* Files are sent as soon as they are chosen: photos made smaller first, how far it is, and once more when the line was
   lost. The chosen files stay in their field until the server's answer takes its place; the server keeps the same bytes
   once, so that sending again never makes a second file. */
(() => {
  document.body.classList.add("scripted");
  const blockOf = (event) => event.target.type === "file" && event.target.closest("[data-files]");

  const show = (block, step) => {
    const sending = block.querySelector("[data-sending]");
    const [line, bar, again] = sending.children;
    sending.hidden = false;
    line.textContent = line.dataset[step];
    line.className = `state ${step === "lost" ? "invalid" : "local"}`;
    bar.hidden = step === "lost";
    again.hidden = step !== "lost";
    if (step !== "sending") bar.value = 0;
    block.classList.toggle("busy", step !== "lost");
  };

  document.body.addEventListener("htmx:confirm", async (event) => {
    const block = blockOf(event), input = event.target;
    if (!block) return;
    event.preventDefault();
    show(block, "shrinking");
    input.dataset.preparing = "";
    const files = [];
    for (const file of input.files) files.push(await shrunk(file));
    try {
      const chosen = new DataTransfer();
      for (const file of files) chosen.items.add(file);
      input.files = chosen.files;
    } catch { /* a browser that lets no script choose: the photos go as they are */ }
    delete input.dataset.preparing;
    event.detail.issueRequest(true);
  });
  document.body.addEventListener("htmx:beforeSend", (event) => {
    const block = blockOf(event);
    if (block) show(block, "sending");
  });
  document.body.addEventListener("htmx:xhr:progress", (event) => {
    const block = blockOf(event), { loaded, total, lengthComputable } = event.detail;
    if (!block || !lengthComputable) return;
    const bar = block.querySelector("[data-sending] progress");
    bar.value = Math.max(bar.value, (100 * loaded) / total);
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(failure, (event) => {
      const block = blockOf(event);
      if (!block) return;
      show(block, "lost");
      block.querySelector("[data-sending] button").onclick = () => htmx.trigger(event.target, "change");
    });
  }
})();
