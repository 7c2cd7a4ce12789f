// Rows of trucks: which one is chosen, which number each has, and whether a key still means what was seen.
// A live update may exchange rows at any moment; no key may then act on a truck that nobody looked at.
const SETTLES = 600; // ms: what has just appeared was not yet seen by the hand that presses
const RESTS = 30000; // ms: a number that somebody else freed is not given to another truck before

export const rowOf = (element) => element?.closest?.("[data-row]");
export const bookingOf = (row) => row?.dataset.booking ?? "";
const all = () => [...document.querySelectorAll("[data-row]")];
const rowsOf = (booking) => all().filter((row) => bookingOf(row) === booking);
// The step of a row: its first button or link, as the eye reads it.
export const mainOf = (row) => row.querySelector("form button:not([disabled]), a.go");
const meaning = (button) => {
  const form = button?.closest("form");
  const booking = form?.elements.booking?.value ?? bookingOf(rowOf(button));
  return `${form?.getAttribute("action") ?? button?.getAttribute("href") ?? button?.parentElement?.id ?? ""} ${booking}`;
};

// The officer's own steps change rows as expected; only what others changed has to be looked at first.
const own = new Set();
export const made = (booking) => own.add(booking);
const seen = new Map();
const note = () => {
  const first = !seen.size;
  for (const button of document.querySelectorAll("[data-row] button, [data-row] a.go, [data-row] summary")) {
    const key = meaning(button);
    if (!seen.has(key)) seen.set(key, first || own.has(bookingOf(rowOf(button))) ? 0 : Date.now());
  }
};
export const unsettled = (button) => {
  const row = rowOf(button);
  return Boolean(row) && !row.matches(".hit") && Date.now() - (seen.get(meaning(button)) ?? 0) < SETTLES;
};

// A truck keeps its number as long as its row is there.
const numbers = new Map();
const freed = new Map();
const before = new Map(); // the number a truck had: it comes back to it when a step is undone
const renumber = () => {
  const buttons = [...document.querySelectorAll("[data-nth]")];
  const here = new Set(buttons.map((button) => bookingOf(rowOf(button))));
  for (const [booking, number] of numbers) {
    if (here.has(booking)) continue;
    if (!own.has(booking)) freed.set(number, Date.now());
    before.set(booking, number);
    numbers.delete(booking);
  }
  for (const button of buttons) {
    const booking = bookingOf(rowOf(button));
    if (!numbers.has(booking)) {
      const taken = new Set(numbers.values());
      const rests = (n) => n !== before.get(booking) && Date.now() - (freed.get(n) ?? 0) < RESTS;
      const free = [before.get(booking), 1, 2, 3, 4, 5, 6, 7, 8, 9].find((n) => n && !taken.has(n) && !rests(n));
      if (free) numbers.set(booking, free);
    }
    const number = numbers.get(booking);
    const hint = button.querySelector("kbd");
    if (hint) hint.hidden = !number;
    if (hint && number) hint.textContent = `Alt+${number}`;
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
const stepOf = (row) => (mainOf(row) ? meaning(mainOf(row)) : "");
document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row && bookingOf(row) !== chosen?.booking) chosen = { booking: bookingOf(row), step: stepOf(row) };
  else if (!row && event.target !== document.body) chosen = null;
});
const follow = () => {
  if (!chosen || document.activeElement !== document.body) return;
  const [row] = rowsOf(chosen.booking);
  row?.focus({ preventScroll: true });
  if (row && own.has(chosen.booking)) chosen.step = stepOf(row);
};

export const refresh = () => {
  note();
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
