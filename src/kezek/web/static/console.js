// Keyboard first: the letter on a button presses it, in the row that has the focus or else the first on the page;
// a key that takes a turn away (M, B) works in the focused row alone. A scanner types faster than a hand: a burst
// of letters goes to the search.
const CAREFUL = new Set(["m", "b"]);
const BURST = 60;
const search = () => document.getElementById("q");
const rowOf = (element) => element?.closest?.("[data-row]");

const press = (key) => {
  const here = rowOf(document.activeElement)?.querySelector(`[data-key="${key}"]`);
  const button = here ?? (CAREFUL.has(key) ? null : document.querySelector(`[data-key="${key}"]`));
  if (!button) return;
  button.click();
  if (button.matches("summary")) button.parentElement.querySelector("select, input:not([type=hidden]), button")?.focus();
};
const step = (by) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(rowOf(document.activeElement));
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
};
const find = (text) => {
  search().focus();
  if (text) search().value = text;
  else search().select();
};

// The key of a button is found by its place where the keyboard writes another alphabet: Ц is W, the dot beside it /.
const meant = ({ key, code, shiftKey }) => {
  if (code === "Slash" && key !== "/" && key !== "?") return shiftKey ? "?" : "/";
  return key > "~" && code.startsWith("Key") ? code.slice(3).toLowerCase() : key.toLowerCase();
};
let typed = "";
let timer = 0;
const letter = (event) => {
  const key = meant(event);
  clearTimeout(timer);
  typed += event.key;
  if (typed.length > 1) {
    find(typed.replace(/^[/.]/, ""));
    typed = "";
    return;
  }
  timer = setTimeout(() => {
    typed = "";
    if (key === "/") find("");
    else if (key === "?") document.getElementById("help").showModal();
    else press(key);
  }, BURST);
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("dialog")) return;
  const { key, target } = event;
  if (key === "Escape") {
    target.closest("details[open]")?.removeAttribute("open");
    return target.blur();
  }
  if ((key === "ArrowDown" || key === "ArrowUp") && !target.matches("select")) {
    event.preventDefault();
    return step(key === "ArrowDown" ? 1 : -1);
  }
  if (target.matches("input:not([type=checkbox]), select")) return;
  if (key === "Enter" && !target.matches("a, button, summary, input")) return press("enter");
  if (key.length === 1 && key !== " ") {
    event.preventDefault();
    letter(event);
  }
});

// A step loads the page anew; the eye stays where it was.
document.addEventListener("submit", () => {
  sessionStorage.setItem("row", rowOf(document.activeElement)?.id ?? "");
  sessionStorage.setItem("scroll", String(scrollY));
});
const row = document.querySelector(".hit") ?? document.getElementById(sessionStorage.getItem("row") ?? "");
scrollTo(0, Number(sessionStorage.getItem("scroll") ?? 0));
sessionStorage.clear();
row?.focus({ preventScroll: true });

// Undo is offered for ten seconds of real time, and the button counts them.
setInterval(() => {
  const undo = document.getElementById("undo");
  if (!undo) return;
  undo.dataset.until ??= String(Date.now() + Number(undo.dataset.seconds) * 1000);
  const left = Math.ceil((Number(undo.dataset.until) - Date.now()) / 1000);
  undo.querySelector("[data-left]").textContent = String(Math.max(0, left));
  if (left <= 0) undo.closest("form").remove();
}, 200);

// A cookie, so that the next page is dark from its first moment.
document.getElementById("night").addEventListener("change", (event) => {
  document.cookie = `night=${event.target.checked ? "on" : "off"}; path=/console; max-age=31536000; samesite=lax`;
});
