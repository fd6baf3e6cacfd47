/* On a phone, parts marked data-fold begin folded, so that what is first to see and to do fits; everything opens with one
   press, and a part that is led to with the link. Without script, on a desk and on paper, they are open. */
(() => {
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details[data-fold]")) details.open = true;
  });
  if (!matchMedia("(max-width: 639px)").matches) return;
  const target = (hash) => hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
  const wanted = target(location.hash);
  for (const details of document.querySelectorAll("details[data-fold]")) details.open = !!wanted && details.contains(wanted);
  if (wanted) wanted.scrollIntoView();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const part = link && target(link.hash) && target(link.hash).closest("details[data-fold]");
    if (part) part.open = true;
  });
})();
