// The form of an action works without this: the style sheet shows the fields of the chosen kind.
// Here a list of employees to ring grows while it is filled in.

function grow(event) {
  const list = event.target.closest("[data-grows]");
  if (!list) return;
  const lines = [...list.querySelectorAll("select")];
  if (lines.length >= 50 || lines.some((line) => line.value === "")) return;
  const last = lines[lines.length - 1];
  const line = last.cloneNode(true);
  line.value = "";
  line.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+/, lines.length + 1));
  last.after(line);
}

document.addEventListener("change", grow);
