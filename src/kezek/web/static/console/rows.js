// Rows of trucks: which one is chosen, and which number each has.
// A live update may exchange rows at any moment; no key may then act on a truck that nobody looked at.
import { bookingOf, meaning, rowOf } from "./row.js";

const RESTS = 30000; // ms: a number that somebody else freed is not given to another truck before
const OWN_RESTS = 2000; // ms: one that an own step freed; the same key again must not meet another truck

const all = () => [...document.querySelectorAll("[data-row]")];
const rowsOf = (booking) => all().filter((row) => bookingOf(row) === booking);
// The step of a row: its first button or link, as the eye reads it.
export const mainOf = (row) => row.querySelector("form button:not([disabled]), a.go");

// The officer's own steps change rows as expected; only what others changed has to be looked at first.
// A step counts as the reason for so long only: later changes of the same truck are somebody else's.
const OWN_LASTS = 30000; // ms
const own = new Map(); // booking → when the own step was taken
export const made = (booking) => own.set(booking, Date.now());
const mine = (booking) => Date.now() - (own.get(booking) ?? -Infinity) < OWN_LASTS;

// A truck keeps its number as long as its row is there.
const numbers = new Map();
const freed = new Map(); // number → until when it rests
const before = new Map(); // the number a truck had: it comes back to it when a step is undone
export const renumber = () => {
  const buttons = [...document.querySelectorAll("[data-nth]")];
  const here = new Set(buttons.map((button) => bookingOf(rowOf(button))));
  for (const [booking, number] of numbers) {
    if (here.has(booking)) continue;
    freed.set(number, Date.now() + (mine(booking) ? OWN_RESTS : RESTS));
    before.set(booking, number);
    numbers.delete(booking);
  }
  for (const button of buttons) {
    const booking = bookingOf(rowOf(button));
    if (!numbers.has(booking)) {
      const taken = new Set(numbers.values());
      const rests = (n) => n !== before.get(booking) && Date.now() < (freed.get(n) ?? 0);
      const free = [before.get(booking), 1, 2, 3, 4, 5, 6, 7, 8, 9].find((n) => n && !taken.has(n) && !rests(n));
      if (free) numbers.set(booking, free);
    }
    const number = numbers.get(booking);
    const hint = button.querySelector("kbd");
    // Write only on a change: each write wakes the observer in rest.js.
    if (hint && hint.hidden !== !number) hint.hidden = !number;
    if (hint && number && hint.textContent !== `Alt+${number}`) hint.textContent = `Alt+${number}`;
    if (number) {
      button.dataset.key = String(number);
      button.setAttribute("aria-keyshortcuts", `Alt+${number}`);
    } else {
      delete button.dataset.key;
      button.removeAttribute("aria-keyshortcuts");
    }
  }
};

let chosen = null; // { booking, step }: the truck whose row has, or had, the focus, and what its button did then
const stepOf = (row) => meaning(mainOf(row));
document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row && bookingOf(row) !== chosen?.booking) chosen = { booking: bookingOf(row), step: stepOf(row) };
  else if (!row && event.target !== document.body) chosen = null;
});
const follow = () => {
  if (!chosen || document.activeElement !== document.body) return;
  const [row] = rowsOf(chosen.booking);
  row?.focus({ preventScroll: true });
  if (row && mine(chosen.booking)) chosen.step = stepOf(row);
};

export const refresh = () => {
  renumber();
  follow();
};

// The button that Enter presses: "gone" and "changed" say why there is none.
export const chosenButton = () => {
  if (!chosen) return null;
  const row = rowOf(document.activeElement) ?? rowsOf(chosen.booking)[0];
  if (!row || bookingOf(row) !== chosen.booking) {
    chosen = null;
    return "gone";
  }
  if (stepOf(row) !== chosen.step) {
    chosen.step = stepOf(row);
    return "changed";
  }
  return mainOf(row);
};

export const walk = (by) => {
  const rows = all();
  const at = rows.indexOf(rowOf(document.activeElement));
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
};
