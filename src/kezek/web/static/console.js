// Keyboard first: the letter on a button presses it, in the row that has the focus or else the first on the page;
// a key that undoes a truck's turn (data-row-only by its verb: M, B) works in the focused row alone.
const CAREFUL = new Set(["m", "b"]);
const typing = (target) => target.matches("input:not([type=checkbox]), select, textarea");
const rows = () => [...document.querySelectorAll("[data-row]")];
const search = () => document.getElementById("q");

const press = (key) => {
  const row = document.activeElement?.closest("[data-row]");
  const button = row?.querySelector(`[data-key="${key}"]`) ?? (CAREFUL.has(key) ? null : document.querySelector(`[data-key="${key}"]`));
  if (!button || button.disabled) return false;
  button.click();
  if (button.matches("summary")) button.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
  return true;
};
const step = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement?.closest("[data-row]"));
  all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))].focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  const help = document.getElementById("help");
  if (key === "escape") {
    document.activeElement?.closest("details[open]")?.removeAttribute("open");
    return document.activeElement?.blur();
  }
  if (key === "arrowdown" || key === "arrowup") {
    if (event.target.matches("select, textarea")) return;
    event.preventDefault();
    return step(key === "arrowdown" ? 1 : -1);
  }
  if (typing(event.target) || event.target.closest("dialog")) return;
  if (key === "/") {
    event.preventDefault();
    search().select();
    return search().focus();
  }
  if (key === "?") return help.showModal();
  if (key === "enter" && event.target.matches("a, button, summary")) return;
  if (key.length === 1 || key === "enter") if (press(key)) event.preventDefault();
});

// Undo is offered for ten seconds of real time, and the button counts them.
setInterval(() => {
  const undo = document.getElementById("undo");
  if (!undo) return;
  undo.dataset.until ??= String(Date.now() + Number(undo.dataset.seconds) * 1000);
  const left = Math.ceil((Number(undo.dataset.until) - Date.now()) / 1000);
  undo.querySelector("[data-left]").textContent = String(Math.max(0, left));
  if (left <= 0) undo.closest("form").remove();
}, 200);

const night = document.getElementById("night");
night.checked = localStorage.getItem("night") === "on";
night.addEventListener("change", () => localStorage.setItem("night", night.checked ? "on" : "off"));
