// Forms that open: each begins empty, and a walk-in that was refused comes back to be put right.
import { refresh } from "./rows.js";
import { say, sentence } from "./told.js";

const FIELDS = "input:not([type=hidden]), select, textarea";
const empty = (form) => {
  form.querySelector("#errors")?.remove();
  for (const wrong of form.querySelectorAll(".bad-text")) wrong.remove();
  for (const field of form.querySelectorAll(FIELDS)) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    field.classList.remove("bad");
    for (const option of field.options ?? []) option.defaultSelected = false;
    if (field.type === "checkbox") field.defaultChecked = false;
    else if (!field.options) field.defaultValue = "";
  }
  form.reset();
};
// Closed is done with: what was typed about one truck must not be sent about the next.  An observer hears of each
// change at once; a form that is closed and opened again says so in one event.
new MutationObserver((records) => {
  for (const { target } of records) {
    if (!target.matches("details.reasoned")) continue;
    if (target.open) target.querySelector("form").scrollIntoView({ block: "nearest" });
    else empty(target.querySelector("form"));
  }
}).observe(document.querySelector("main"), { subtree: true, attributes: true, attributeFilter: ["open"] });
document.addEventListener("kezek:gone", () => say("mind", sentence("formgone")));

// With what was typed and what is wrong, unless another walk-in is being typed.
export const again = (page) => {
  const form = document.getElementById("walk-in");
  if (!form || form.open) return;
  form.replaceWith(page.getElementById("walk-in"));
  const hits = page.getElementById("hits");
  if (hits.querySelector(".hit")) document.getElementById("hits").replaceWith(hits);
  refresh();
  document.querySelector("#walk-in [aria-invalid]")?.focus();
};
