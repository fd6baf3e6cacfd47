// A box that shows or hides the passwords typed in its form; without a script there is a link, or they are not masked.
for (const place of document.querySelectorAll("[data-reveal]")) {
  const secrets = place.closest("form").querySelectorAll("input[type=password], [data-secret]");
  const label = document.createElement("label");
  const box = document.createElement("input");
  const show = () => secrets.forEach((field) => { field.type = box.checked ? "text" : "password"; });
  box.type = "checkbox";
  box.checked = place.hasAttribute("data-shown");
  box.addEventListener("change", show);
  label.className = "tick";
  label.append(box, " " + place.dataset.reveal);
  place.replaceChildren(label);
  place.hidden = false;
  show();
}
