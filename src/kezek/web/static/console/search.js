// The search, without leaving the page: what was typed or scanned is looked up and the truck found is chosen.
import { ask, bodyOf, sessionEnded } from "./outbox.js";
import { lookedFor } from "./rest.js";
import { refresh } from "./rows.js";
import { say, sentence } from "./told.js";

export const field = document.getElementById("q");
const form = field.form;
let asked = ""; // what was looked up last
let turn = 0;

export const unasked = () => field.value.trim() !== "" && field.value !== asked;
export const enter = () => {
  field.focus();
  field.select();
};
export const clear = () => {
  asked = "";
  turn += 1;
  if (document.activeElement !== field) field.value = "";
  document.getElementById("hits").replaceChildren();
};

// `again`: what was found is to show its present state; nobody has looked for it just now.
export const find = async (text = field.value, { again = false } = {}) => {
  const mine = ++turn;
  const typed = field.value;
  asked = text;
  form.setAttribute("aria-busy", "true");
  let answer = null;
  try {
    answer = await ask(form.action, { method: "POST", body: bodyOf([["q", text]]) });
  } catch {
    // Nothing was looked up; it is said below.
  }
  if (mine !== turn) return;
  form.removeAttribute("aria-busy");
  const page = answer && new DOMParser().parseFromString(answer.text, "text/html");
  const hits = page?.getElementById("hits");
  if (!hits) {
    asked = "";
    document.getElementById("hits").replaceChildren(); // they are of another search
    if (answer?.status === 401 || answer?.status === 403) sessionEnded();
    say("mind", sentence("unfound", { text: text.trim().slice(0, 60) }));
    if (document.activeElement === field && field.value === typed) field.select();
    return;
  }
  if (!again) for (const hit of hits.querySelectorAll(".hit")) lookedFor(hit.dataset.booking);
  show(hits, page, typed);
};
// One truck is chosen at once, several are a choice; whoever types on already is left alone.
const show = (hits, page, typed) => {
  document.getElementById("hits").replaceWith(hits);
  window.htmx?.process(hits);
  refresh();
  if (field.value !== typed) return;
  asked = field.value = page.getElementById("q").value;
  const rows = hits.querySelectorAll(".hit");
  const here = document.activeElement;
  if (rows.length === 1 && (here === field || here === document.body || here.matches("a.go"))) rows[0].focus();
  else if (here === field) field.select();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim() && !(form.hasAttribute("aria-busy") && field.value === asked)) find();
});
// A row that is due is pressed: the same search, with the code that its address names.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.go");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  field.value = new URL(link.href).searchParams.get("q");
  find();
});
