/* Typing keeps the session alive; without it, a warning appears five minutes before the session ends. */
(() => {
  const warning = document.getElementById("session-end");
  if (!warning) return;
  const minutes = Number(warning.dataset.minutes);
  let told = Date.now();
  const stay = () => {
    told = Date.now();
    warning.hidden = true;
    fetch(warning.dataset.url, { credentials: "same-origin", redirect: "manual" }).catch(() => {});
  };
  document.addEventListener("input", () => { if (Date.now() - told > 120000) stay(); });
  warning.querySelector("button").addEventListener("click", stay);
  setInterval(() => { warning.hidden = Date.now() - told < (minutes - 5) * 60000; }, 15000);
})();
