// Find-as-you-type on the board and in the list of posts to book at, in any spelling. Without it the form asks the server.
import { searchKey } from "./search_key.js";

const q = document.getElementById("q");
const fits = (words, keys) => {
  const whole = words.join("");
  return keys.includes(whole) || words.every((word) => keys.includes(word));
};
const find = () => {
  const words = searchKey(q.value).split(" ").filter(Boolean);
  const nothing = q.value.trim() && !words.length;
  const rows = [...document.querySelectorAll("[data-find]")];
  for (const row of rows) row.hidden = nothing || !fits(words, row.dataset.find);
  for (const table of document.querySelectorAll(".posts")) table.hidden = !table.querySelector("[data-find]:not([hidden])");
  const idle = document.getElementById("idle");
  if (idle) {
    const found = Boolean(idle.querySelector("[data-find]:not([hidden])"));
    idle.hidden = !found;
    idle.open = Boolean(words.length) && found;
  }
  document.getElementById("none").hidden = rows.some((row) => !row.hidden);
};
q.addEventListener("input", find);
q.form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("htmx:afterSettle", find);
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  q.focus();
});
if (q.value) find();
