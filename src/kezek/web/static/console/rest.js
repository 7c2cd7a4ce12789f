// A step button that is new, or has moved, rests: the second press of a tired hand must not meet a step, or a
// truck, that was not there when the hand set out. Pointer and keys are held to the same rule.
import { meaning, truckOf } from "./row.js";
import { say, sentence } from "./told.js";

const REST = 900; // ms since the change was painted: longer than the two presses of a slow double click
const MOVED = 3; // px: less is rounding
const STEPS = "main :is(button, a.go), .foot-fixed button"; // to open a form changes nothing

let known = null; // meaning → { at: new since, moved: elsewhere since, key, spot }
let timer = 0;
const spotOf = (button) => {
  const { width, left, top } = button.getBoundingClientRect();
  return width ? { left, top } : null; // hidden in a form that is closed
};
const apart = (was, is, slid) => Math.hypot(was.left - is.left, was.top - is.top - slid) > MOVED;
const elsewhere = (was, is, slid) => Boolean(is) && (!was || (apart(was, is, 0) && apart(was, is, slid)));
// How far the hand has scrolled since; a page that became too short for where it stood was not scrolled by a hand.
let stood = 0;
const slide = () => {
  const { scrollY: y } = window;
  const by = y < document.documentElement.scrollHeight - innerHeight - MOVED ? y - stood : 0;
  stood = y;
  return by;
};

// `still`: nothing has changed but what the hand itself did, as when it scrolls.
const look = ({ still = false } = {}) => {
  const now = Date.now();
  const slid = slide();
  const seen = new Map();
  let wait = Infinity;
  for (const button of document.querySelectorAll(STEPS)) {
    if (button.closest("dialog")) continue;
    const name = meaning(button);
    const was = known?.get(name);
    const spot = spotOf(button);
    const key = button.dataset.key ?? "";
    const fresh = known ? now : 0; // a page that has just been opened was opened to be looked at
    const at = was?.key === key ? was.at : fresh;
    const moved = !still && was && elsewhere(was.spot, spot, slid) ? now : (was?.moved ?? 0);
    seen.set(name, { at, moved, key, spot });
    const left = Math.max(at, moved) + REST - now;
    if (left > 0) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    if (left > 0) wait = Math.min(wait, left);
  }
  known = seen;
  clearTimeout(timer);
  if (wait < Infinity) timer = setTimeout(look, wait, { still: true });
};

// After a step of one's own another key follows at once; the same key has to wait until what it does now was seen.
let key = "";
let last = ""; // the key, or "pointer", by which the last step of any truck was pressed
const own = new Set(); // trucks of which a step was pressed here
const looked = new Set(); // trucks that were looked for, and of which no step was pressed since
export const lookedFor = (booking) => looked.add(booking);
const rests = (button, by) => {
  const now = Date.now();
  const { at, moved } = known.get(meaning(button)) ?? { at: now, moved: now };
  if (by === "pointer") return now - Math.max(at, moved) < REST;
  const truck = truckOf(button);
  const expected = button.closest(".hit") ? looked.has(truck) : own.has(truck) && last !== by;
  return now - at < REST && !expected;
};
const press = (event) => {
  const button = event.target.closest?.(STEPS);
  if (!button || button.closest("dialog")) return;
  const by = event.detail ? "pointer" : key;
  if (!rests(button, by)) {
    last = by;
    own.add(truckOf(button));
    looked.delete(truckOf(button));
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  say("mind", sentence("changed"));
};

// `before` puts the rows into their form; what is looked at is what will be painted.
export const begin = (before) => {
  const changed = () => {
    before();
    look();
  };
  changed();
  const element = (node) => node.nodeType === Node.ELEMENT_NODE;
  const matters = ({ type, addedNodes, removedNodes }) => type === "attributes" || [...addedNodes, ...removedNodes].some(element);
  new MutationObserver((records) => records.some(matters) && changed()).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["open", "hidden"] });
  addEventListener("scroll", () => look({ still: true }), { capture: true, passive: true });
  addEventListener("keydown", (event) => (key = event.code.replace(/^(Digit|Key|Numpad)/, "")), true);
  document.addEventListener("htmx:afterSettle", changed); // it gives the buttons the attributes of the server
  document.addEventListener("click", press, true);
};
