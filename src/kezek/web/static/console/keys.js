// The keyboard: letters and digits always go to the search, whatever has the focus; steps take Alt with a key.
// A scanner is a keyboard too, fast or slow, and may end with Enter, with a line feed or with Tab.
import * as outbox from "./outbox.js";
import { rowOf } from "./row.js";
import * as rows from "./rows.js";
import * as search from "./search.js";
import { hush, say, sentence } from "./told.js";

const IN_ROW = new Set(["m", "b"]); // takes a truck's turn away: in the chosen row alone
const TWICE = 80; // ms: the same key again so soon is a key that bounces; a press in flight is one step anyway
const help = document.getElementById("help");
const editable = (element) =>
  element.matches("input:not([type=checkbox], [type=radio], [type=submit]), select, textarea") && !element.closest("details:not([open])");
const nothing = (name, facts) => say("mind", sentence(name, facts));

const press = (button) => {
  button.click();
  if (button.matches("summary") && button.parentElement.open)
    button.parentElement.querySelector("select, input:not([type=hidden]), textarea, form button")?.focus();
};

// By the place of the key, so that every layout and every alphabet has the same steps.
const nameOf = (code) => /^(?:Key|Digit)(.)$/.exec(code)?.[1].toLowerCase();
let last = { key: "", at: 0 };
const step = (event) => {
  const key = nameOf(event.code);
  const known = key && (/[1-9]/.test(key) || IN_ROW.has(key) || key === "u" || document.querySelector(`[data-key="${key}"]`));
  if (!known) return;
  event.preventDefault();
  const twice = last.key === key && event.timeStamp - last.at < TWICE;
  last = { key, at: event.timeStamp };
  if (event.repeat || twice || document.querySelector("dialog[open]")) return;
  if (key === "u") return undo();
  const row = rowOf(document.activeElement);
  if (IN_ROW.has(key) && !row) return nothing("choose");
  const button = row?.querySelector(`[data-key="${key}"]`) ?? (IN_ROW.has(key) ? null : document.querySelector(`[data-key="${key}"]`));
  if (button) press(button);
  else nothing("nobutton", { key: `Alt+${key.toUpperCase()}` });
};
// The newest step first: one that waits is taken out while it has surely not been sent.
const undo = () => {
  const waiting = outbox.newest();
  if (!waiting) return document.getElementById("undo")?.click();
  if (!outbox.takeBack(waiting.key)) nothing("unknown");
};

// How fast the hand or the scanner types, to know an Enter that belongs to the same scan.
let typing = { first: 0, last: 0, keys: 0 };
let entered = 0;
const typedAt = (at) => {
  if (at - typing.last > 1500) typing = { first: at, last: at, keys: 0 };
  typing = { ...typing, last: at, keys: typing.keys + 1 };
};
// A hand that typed a code may press Enter again at once; after a long text the second Enter is the scanner's.
const LONG = 20;
const pace = () => (typing.keys < LONG ? 20 : Math.min(600, Math.max(80, (1.5 * (typing.last - typing.first)) / (typing.keys - 1))));
const enter = (event) => {
  const soon = event.timeStamp - entered < pace();
  entered = event.timeStamp;
  const { target } = event;
  if (event.repeat || (soon && target !== search.field)) return event.preventDefault();
  if (target.matches("a, button, summary, input, select, textarea")) return;
  const button = rows.chosenButton();
  if (button === "gone" || button === "changed") return nothing(button);
  if (button) press(button);
};

const letter = (event) => {
  const { key, code, target } = event;
  const was = help.open;
  if (was) help.close();
  const open = (event.shiftKey && code === "Slash") || (key === "?" && code !== "KeyM");
  if (!editable(target) && open) {
    event.preventDefault();
    return was || help.showModal();
  }
  if (!editable(target) && (key === "/" || code === "Slash")) {
    event.preventDefault();
    return search.enter();
  }
  if (!editable(target)) search.enter();
  if (document.activeElement === search.field) typedAt(event.timeStamp);
};

// Ctrl+J and Ctrl+M are the line end of some scanners, Tab that of others.
const ends = (event) =>
  event.target === search.field && search.unasked() && ((event.ctrlKey && /^Key[JM]$/.test(event.code)) || (event.key === "Tab" && !event.shiftKey));

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (ends(event)) {
    event.preventDefault();
    entered = event.timeStamp;
    return search.find();
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.getModifierState("AltGraph")) return step(event);
  if (event.ctrlKey || event.metaKey) return;
  const { key, target } = event;
  if (key === "Enter") return enter(event);
  if (key === "Escape") return leave(target);
  if ((key === "ArrowDown" || key === "ArrowUp") && (!editable(target) || target === search.field)) {
    event.preventDefault();
    return rows.walk(key === "ArrowDown" ? 1 : -1);
  }
  if ((key.length === 1 && key !== " ") || key === "Dead") letter(event);
});
// What is open is closed first.  A refusal goes with its own button: it may not have been read.
const leave = (target) => {
  const open = target.closest("details[open]") ?? document.querySelector("main details.reasoned[open]");
  if (open) open.removeAttribute("open");
  else hush();
  target.blur();
};
// What is pasted where nothing can be typed is looked for as well.
document.addEventListener("paste", (event) => {
  if (editable(event.target)) return;
  event.preventDefault();
  search.enter();
  search.field.value = event.clipboardData.getData("text").trim();
});
