// Steps on their way. Each is sent until the server has answered it, under one key, in the order in which
// they were pressed, so it is done once however often the link breaks; the page stays where it is.
import * as rows from "./rows.js";
import * as told from "./told.js";
import { renewed } from "./renew.js";
import { now } from "../time.js";

const PATIENCE = 10000; // ms: an answer that is later is as good as none, and asking again is safe
const PAUSES = [1000, 2000, 4000, 8000, 15000]; // ms between two tries
const FAULTS = 5; // so often a fault of the server itself is tried again
const NAME = "kezek.outbox";
const NOT_KEPT = "input:not([type=hidden]):not([name=code]), textarea"; // may hold a person's data
const { account } = document.body.dataset;

// An entry: key, url, label, code, booking, account, at, fields, whole (nothing is missing after a reload), sent.
const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? [];
  } catch {
    return [];
  }
};
let entries = [];
const keep = () => {
  const kept = entries.map((entry) => ({ ...entry, fields: entry.whole ? entry.fields : [] }));
  if (kept.length) sessionStorage.setItem(NAME, JSON.stringify(kept));
  else sessionStorage.removeItem(NAME);
};

let down = false;
let expired = false;
const lost = () => down || document.getElementById("stale")?.hidden === false;
export const draw = () => {
  told.waiting(entries, takeBack);
  told.session(expired);
  told.linkLine(lost(), entries.length);
};
const settle = (entry) => {
  entries = entries.filter((one) => one !== entry);
  keep();
  draw();
};
export const takeBack = (key) => {
  const entry = entries.find((one) => one.key === key && !one.sent);
  if (!entry) return false;
  settle(entry);
  told.say("done", told.sentence("taken", { step: entry.label, code: entry.code }));
  return true;
};
export const newest = () => entries.at(-1);
export const empty = () => {
  entries = [];
  sessionStorage.removeItem(NAME);
};

const linked = (up) => {
  if (down === !up) return;
  down = !up;
  draw();
  if (down) pump(); // which looks until the link is back
};
// Every request ends in time, its body included; whether it has an answer says whether the link is up.
export const ask = async (url, options = {}) => {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  try {
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options, signal: control.signal });
    const text = await response.text();
    linked(true);
    return { status: response.status, url: response.url, kind: response.headers.get("content-type") ?? "", text };
  } catch (fault) {
    linked(false);
    throw fault;
  } finally {
    clearTimeout(timer);
  }
};
// Whether the centre answers, tried by something that does nothing.
export const reached = async () => {
  try {
    await ask(document.querySelector("link[rel=icon]").href);
    return true;
  } catch {
    return false;
  }
};
const token = () => document.querySelector("input[name=_csrf_token]").value;
export const bodyOf = (fields) => new URLSearchParams([...fields, ["_csrf_token", token()]]);

// A page that is old, or whose session has ended, asks for a fresh token; false while nobody is signed in.
const renewToken = async () => {
  const answer = await ask(location.pathname);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const found = page.body.dataset.account;
  if (answer.status >= 500) return false;
  if (!found) {
    expired = true;
    return false;
  }
  expired = false;
  const fresh = page.querySelector("input[name=_csrf_token]").value;
  for (const field of document.querySelectorAll("input[name=_csrf_token]")) field.value = fresh;
  document.body.dataset.account = found;
  for (const entry of entries.filter((one) => one.account !== found)) strange(entry);
  return true;
};
const strange = (entry) => {
  settle(entry);
  told.say("stop", told.sentence("foreign", { step: entry.label, code: entry.code }));
};

// The lines are shown as they are now before it is said what became of the step: the next key means them.
const answered = new Set();
const sameAs = (url, fields) => JSON.stringify([url, fields]);
const ended = async (entry, kind, text, more = {}) => {
  const same = sameAs(entry.url, entry.fields);
  answered.add(same);
  rows.made(entry.booking);
  settle(entry);
  document.dispatchEvent(new CustomEvent("kezek:step", { detail: { entry, kind, ...more } }));
  await renewed();
  answered.delete(same);
  told.say(kind, kind === "stop" ? told.sentence("refused", { why: text }) : text);
};
const spoken = (answer) => {
  try {
    return answer.kind.startsWith("application/json") ? JSON.parse(answer.text) : null;
  } catch {
    return null;
  }
};
// True when the step has its answer, false when it is to be sent again later.
const deliver = async (entry) => {
  if (expired && !(await renewToken())) return false;
  if (entries[0] !== entry) return true;
  if (down) {
    // The link is tried first, so that the step can still be taken back.
    if (!(await reached())) return false;
    if (entries[0] !== entry) return true;
  }
  entry.sent = true;
  keep();
  const headers = { Accept: "application/json" };
  return heard(entry, await ask(entry.url, { method: "POST", headers, body: bodyOf([...entry.fields, ["key", entry.key]]) }));
};
const heard = async (entry, answer) => {
  const said = spoken(answer);
  if (answer.status === 401) {
    expired = true;
    entry.sent = false; // turned away at the door
    return false;
  }
  if (said?.code === "stale_page") {
    entry.sent = false;
    entry.stale = (entry.stale ?? 0) + 1;
    if (entry.stale < FAULTS) return (await renewToken()) && deliver(entry);
  }
  if (answer.status === 422 && !said) {
    // The form again, with what is wrong at each field.
    const page = new DOMParser().parseFromString(answer.text, "text/html");
    const wrong = [...page.querySelectorAll("#errors li")].map((item) => item.textContent).join(" ");
    ended(entry, "stop", wrong, { page });
    return true;
  }
  if (said?.text && answer.status < 500 && answer.status !== 429) {
    ended(entry, said.kind, said.text, { q: said.q ?? "" });
    return true;
  }
  if (answer.status === 500) {
    entry.faults = (entry.faults ?? 0) + 1;
    if (entry.faults >= FAULTS) {
      ended(entry, "stop", said?.text || told.sentence("failed"));
      return true;
    }
  }
  return false;
};

let busy = false;
let tries = 0;
let timer = 0;
const pump = async () => {
  if (busy) return;
  clearTimeout(timer);
  busy = true;
  try {
    while (entries.length && (await deliver(entries[0]))) tries = 0;
  } catch {
    down = true; // no answer: cut, refused or too late
  } finally {
    busy = false;
    keep();
    draw();
  }
  if (!entries.length && !expired && !down) return;
  timer = setTimeout(entries.length ? pump : look, PAUSES[Math.min(tries, PAUSES.length - 1)]);
  tries += 1;
};
const look = async () => {
  try {
    await renewToken();
  } catch {
    down = true;
  }
  pump();
};
const hurry = () => {
  tries = 0;
  pump();
};

const labelOf = (button) => button.dataset.step ?? (button.querySelector("span") ?? button).textContent.trim();
const codeOf = (form, fields) => {
  const typed = fields.find(([name]) => name === "code")?.[1];
  if (typed) return typed.toUpperCase();
  if (form.elements.plate) return "";
  for (let near = form.parentElement; near && near !== document.body; near = near.parentElement) {
    if (near.matches("main, main > div, section:not(.dock)")) return "";
    const code = near.querySelector(".code");
    if (code) return code.textContent.trim();
  }
  return "";
};
const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Put a form's step into the outbox.
export const send = (form, submitter) => {
  const given = [...new FormData(form, submitter)].filter(([, value]) => typeof value === "string");
  const fields = given.filter(([name]) => name !== "_csrf_token" && name !== "key");
  const same = sameAs(form.action, fields);
  if (answered.has(same) || entries.some((one) => sameAs(one.url, one.fields) === same)) return;
  entries.push({
    key: given.find(([name]) => name === "key")[1],
    url: form.action,
    label: labelOf(submitter ?? form.querySelector("button")),
    code: codeOf(form, fields),
    booking: form.elements.booking?.value ?? "",
    account: document.body.dataset.account,
    at: now(),
    fields,
    whole: !form.querySelector(NOT_KEPT),
    sent: false,
  });
  keep();
  // The same form may soon send another step; the same press twice is still one.
  const details = form.closest("details");
  if (details) {
    details.removeAttribute("open");
    form.elements.key.value = newKey();
    form.reset();
  }
  draw();
  pump();
};

export const begin = () => {
  for (const entry of read()) {
    const facts = { step: entry.label, code: entry.code, time: told.clock(entry.at) };
    if (!entry.whole) told.say("stop", told.sentence("left", facts));
    else if (entry.account !== account) told.say("stop", told.sentence("foreign", facts));
    else entries.push(entry);
  }
  keep();
  draw();
  setInterval(draw, 1000);
  pump();
};
export const sessionEnded = () => {
  if (expired) return;
  expired = true;
  draw();
  hurry();
};
document.addEventListener("htmx:sseError", () => {
  down = true;
});
document.addEventListener("htmx:sseOpen", () => {
  down = false;
  hurry();
});
addEventListener("online", hurry);
addEventListener("focus", hurry);
// A walk-in holds a person's data, which the browser does not keep: leaving the page would lose it.
addEventListener("beforeunload", (event) => {
  if (entries.some((entry) => !entry.whole)) event.preventDefault();
});
