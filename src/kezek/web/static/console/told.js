// What the page says at its foot: steps that wait, what became of them, and why a key did nothing.
import { write } from "../time.js";

const box = document.getElementById("outbox");
const list = box.querySelector("ol");
const STAYS = 12000; // ms: what went well need not be read twice
const MOST = 4;
const ICONS = { done: "done", stop: "shut", mind: "mind", wait: "time" };

export const sentence = (name, facts = {}) =>
  box.dataset[name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "").replace(/ {2,}/g, " ");
export const clock = (instant) =>
  write(instant, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const line = (kind, text) => {
  const item = document.createElement("li");
  item.className = kind;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("class", "i");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${ICONS[kind]}`);
  picture.append(use);
  const words = document.createElement("span");
  words.textContent = text;
  item.append(picture, words);
  return item;
};
const button = (text, about, pressed) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn plain";
  made.textContent = text;
  made.dataset.does = `${text} ${about}`;
  made.addEventListener("click", pressed);
  return made;
};
const show = () => {
  box.hidden = !list.children.length && box.querySelector("[data-session]").hidden;
};

// A sentence that stays until it was read: a refusal until it is closed, anything else for some seconds.
export const say = (kind, text) => {
  const old = [...list.querySelectorAll("li:not(.wait)")];
  for (const item of old) if (item.textContent.startsWith(text)) item.remove();
  const left = old.filter((item) => item.isConnected);
  if (left.length >= MOST) left.find((item) => !item.matches(".stop"))?.remove();
  const item = line(kind, text);
  const close = () => {
    item.remove();
    show();
  };
  if (kind === "stop") item.append(button(sentence("close"), text, close));
  else setTimeout(close, STAYS);
  list.append(item);
  show();
};
export const hush = () => {
  for (const item of list.querySelectorAll("li:not(.wait, .stop)")) item.remove();
  show();
};

// The steps that wait, oldest first; `back` takes one out that has surely not been sent.
let drawn = "";
export const waiting = (entries, back) => {
  const now = JSON.stringify(entries.map((entry) => [entry.key, entry.sent]));
  if (now === drawn) return;
  drawn = now;
  for (const item of list.querySelectorAll("li.wait")) item.remove();
  for (const entry of [...entries].reverse()) {
    const facts = { step: entry.label, code: entry.code, time: clock(entry.at) };
    const item = line("wait", sentence(entry.sent ? "sent" : "waits", facts));
    if (!entry.sent) item.append(button(sentence("take"), entry.key, () => back(entry.key)));
    list.prepend(item);
  }
  box.toggleAttribute("data-waiting", entries.length > 0);
  show();
};
export const session = (ended) => {
  box.querySelector("[data-session]").hidden = !ended;
  show();
};

// Beside the name of the post: whether the link is up, and how many steps wait.
const rules = new Intl.PluralRules(document.documentElement.lang);
export const linkLine = (down, count) => {
  const link = document.getElementById("link");
  if (!link) return;
  link.toggleAttribute("data-down", down);
  const words = link.querySelector("[data-steps]");
  const like = [1, 2, 5].find((n) => rules.select(n) === rules.select(count)) ?? 5;
  const text = count ? `, ${words.dataset[`n${like}`].replace(String(like), String(count))}` : "";
  if (words.textContent !== text) words.textContent = text;
};
