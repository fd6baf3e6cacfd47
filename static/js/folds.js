/* On a phone, parts marked data-fold begin folded, so that what is first to see and to do fits; everything opens with one
   press. Without script, and on a desk, they are open. */
(() => {
  if (!matchMedia("(max-width: 639px)").matches) return;
  const wanted = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (const details of document.querySelectorAll("details[data-fold]")) details.open = !!wanted && details.contains(wanted);
  if (wanted) wanted.scrollIntoView();
})();
