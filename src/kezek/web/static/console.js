// The officer's console: the keyboard, the search, and steps that outlive a broken link.
import "./console/keys.js";
import { again } from "./console/form.js";
import * as outbox from "./console/outbox.js";
import * as rest from "./console/rest.js";
import { refresh, renumber } from "./console/rows.js";
import * as search from "./console/search.js";
import "./console/leave.js";

const { pathname } = location;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const { pathname: to } = new URL(form.action);
  if (event.defaultPrevented || form.method !== "post" || !to.startsWith(`${pathname}/`)) return;
  event.preventDefault();
  outbox.send(form, event.submitter);
});

// A step has its answer: the lines are fetched anew, and what was looked for goes or shows its present state.
document.addEventListener("kezek:step", ({ detail }) => {
  const hit = document.querySelector(`.hit[data-booking="${CSS.escape(detail.entry.booking)}"]`);
  if (detail.page) return again(detail.page);
  if (detail.q) search.find(detail.q);
  else if (hit && detail.kind === "done") search.clear();
  else if (hit) search.find(hit.querySelector(".code").textContent, { again: true });
});
document.addEventListener("htmx:beforeSwap", (event) => {
  // Renewed after the session had ended, the page would be the sign-in.
  if (new URL(event.detail.xhr.responseURL || location.href).pathname === pathname) return;
  event.detail.shouldSwap = false;
  outbox.sessionEnded();
});
document.addEventListener("htmx:afterSettle", () => {
  refresh();
  outbox.draw();
});

// What stands at the foot hides nothing that can be scrolled to.
const foot = document.querySelector(".foot-fixed");
new ResizeObserver(() => document.documentElement.style.setProperty("--foot", `${foot.offsetHeight}px`)).observe(foot);

// Undo is offered for ten seconds of real time, and the button counts them.
setInterval(() => {
  const undo = document.getElementById("undo");
  if (!undo) return;
  undo.dataset.until ??= String(Date.now() + Number(undo.dataset.seconds) * 1000);
  const left = Math.ceil((Number(undo.dataset.until) - Date.now()) / 1000);
  undo.querySelector("[data-left]").textContent = String(Math.max(0, left));
  if (left <= 0) undo.closest("form").remove();
}, 200);

// The tick shows what is; a cookie keeps what was chosen, so that the next page has it from its first moment.
const night = document.getElementById("night");
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => {
  if (!night.hasAttribute("data-chosen")) night.checked = dark.matches;
};
dark.addEventListener("change", follow);
follow();
night.addEventListener("change", () => {
  night.setAttribute("data-chosen", "");
  document.cookie = `night=${night.checked ? "on" : "off"}; path=/console; max-age=31536000; samesite=lax`;
});

rest.begin(renumber);
refresh();
outbox.begin();
const [found, another] = document.querySelectorAll(".hit");
if (found && !another) found.focus({ preventScroll: true });
