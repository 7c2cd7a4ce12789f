// Renews a part of the page around a form that somebody has open: every field, button and summary in it stays the
// very element it was, with what was typed and the focus; all else is exchanged.
const HELD = "summary, input:not([type=hidden]), select, textarea, button";
const nameOf = (element) => `${element.localName} ${element.name ?? ""} ${element.localName === "button" ? element.value : ""}`;
const fieldsOf = (scope) => [...scope.querySelectorAll(HELD)];

// Whether each held element and its fresh mate stand below mates all the way up to the two parts.
const paired = (old, fresh, held, mate, mates) => {
  let [one, two] = [held, mate];
  for (; one !== old; one = one.parentElement, two = two.parentElement) {
    if (!two || two === fresh || one.localName !== two.localName || (mates.get(one) ?? two) !== two) return false;
    mates.set(one, two);
  }
  return two === fresh;
};
const dress = (old, fresh) => {
  for (const { name } of [...old.attributes]) if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
};
const graft = (old, fresh, mates) => {
  if (old.matches(HELD)) return;
  dress(old, fresh);
  const back = new Map([...old.children].filter((child) => mates.has(child)).map((child) => [mates.get(child), child]));
  for (const child of [...old.childNodes]) if (!mates.has(child)) child.remove();
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const kept = back.get(child);
    if (!kept) old.insertBefore(child, at);
    else if (kept === at) at = at.nextSibling;
    else old.insertBefore(kept, at);
    if (kept) graft(kept, child, mates);
  }
};

// Whether somebody has a form open in a part, or the part stands in one.
export const inHand = (part) => Boolean(part.querySelector("details[open]") || (part.closest("details[open]") && part.querySelector(HELD)));

// "renewed", "gone" when the form's truck has moved on, "held" when the two parts cannot be laid over each other.
export const around = (old, fresh) => {
  const scope = old.closest("details[open]");
  const forms = scope ? [old] : [...old.querySelectorAll("details[open]")];
  const mates = new Map();
  let gone = false;
  if (forms.some((form) => !scope && !form.id)) return "held";
  for (const form of forms) {
    const twin = scope ? fresh : fresh.querySelector(`#${CSS.escape(form.id)}`);
    if (!twin) {
      gone = true;
      continue;
    }
    const fields = fieldsOf(twin);
    for (const held of fieldsOf(form)) {
      const mate = fields.find((field) => nameOf(field) === nameOf(held));
      if (mate && !paired(old, fresh, held, mate, mates)) return "held";
    }
  }
  const here = document.activeElement;
  graft(old, fresh, mates);
  if (here?.isConnected && document.activeElement !== here) here.focus({ preventScroll: true });
  return gone ? "gone" : "renewed";
};
