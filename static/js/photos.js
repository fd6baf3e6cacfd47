/* Photos of a reviewer on the spot: made smaller for a slow network (shrinking.js) and kept on this device (kept_files.js)
   until the server has them. */
(() => {
  const form = document.getElementById("form");
  if (!form) return;
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.dataset.photo) return;
    event.stopPropagation(); // typed input is sent elsewhere
    for (const file of [...input.files]) {
      await keptFiles.keep(form.dataset.draft, await shrunk(file), { criterion: input.dataset.photo, list: input.dataset.list });
    }
    input.value = "";
    document.dispatchEvent(new Event("copies:waiting"));
  }, true);
})();
