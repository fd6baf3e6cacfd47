/* Files are sent as soon as they are chosen: photos made smaller first, and kept on this device (kept_files.js) until
   the server has answered, so that neither a lost line nor an ended session nor a closed tab loses one. The server keeps
   the same bytes once, so that sending again never makes a second file. */
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
  /* "file:CRITERION:PIECE" of a criterion; a document of the whole form has its own name. */
  const placeOf = (input, block) => {
    const [kind, criterion, ...piece] = input.name.split(":");
    const place = kind === "file" ? { criterion, piece: piece.join(":") } : { criterion: "", piece: input.name };
    return { ...place, list: `${block.id}-list` };
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
    } catch { /* this browser does not let a script set files: send the photos as they are */ }
    input.kept = [];
    for (const file of files) input.kept.push(await keptFiles.keep(block.dataset.files, file, placeOf(input, block)));
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
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const block = blockOf(event), { status } = event.detail.xhr;
    if (!block || status < 200 || status > 299) return;
    for (const item of (event.target.kept || []).filter(Boolean)) {
      copies.drop(block.dataset.files, item);
      keptFiles.gone(item);
    }
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(failure, (event) => {
      const block = blockOf(event), input = event.target;
      if (!block) return;
      show(block, "lost");
      const kept = (input.kept || []).length && input.kept.every(Boolean);
      if (kept) input.value = ""; // they are sent from the stored copies, and leaving this page loses nothing
      block.querySelector("[data-sending] button").onclick = () =>
        (kept ? document.dispatchEvent(new Event("copies:waiting")) : htmx.trigger(input, "change"));
    });
  }
  /* After sending a stored copy: reload the block, with the file in its list. */
  document.addEventListener("copies:answered", (event) => {
    const { copy, taken } = event.detail;
    const block = document.querySelector(`[data-files="${CSS.escape(copy.application)}"]#${CSS.escape(copy.list.replace(/-list$/, ""))}`);
    if (!block) return;
    block.querySelector("[data-sending]").hidden = true;
    block.classList.remove("busy");
    if (taken) htmx.ajax("GET", location.pathname, { target: block, select: `#${block.id}`, swap: "outerHTML" });
  });
})();
