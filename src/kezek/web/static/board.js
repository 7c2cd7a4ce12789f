// Keeps a page fresh and honest: exchanges its parts when the stream says so, ticks the clock,
// and says how old the page is when the stream is silent.
import { around, inHand } from "./around.js";
import { ago, now, write } from "./time.js";

const QUIET = 40000; // the server speaks at least every 15 s; twice missed is a lost link
const BROKEN = 5000; // a link that broke and is not there again
let heard = Date.now();
let broken = 0;
let renewed = Date.now();
let shown = now();
let waiting = 0;

const renew = (part) => {
  waiting = 0;
  window.htmx.trigger(part, "renew");
};

// Many changes in a moment make one request: at once if the last was long ago, otherwise after the rest of the pause.
const soon = (part) => {
  const pause = Number(part.dataset.every || 1) * 1000;
  if (!waiting) waiting = setTimeout(renew, Math.max(50, renewed + pause - Date.now()), part);
};

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  event.preventDefault();
  heard = Date.now();
  if (event.detail.type === "changed") soon(event.target);
});
document.addEventListener("htmx:sseError", () => {
  broken ||= Date.now();
});
document.addEventListener("htmx:sseOpen", () => {
  broken = 0;
  const late = Date.now() - heard > QUIET;
  heard = Date.now();
  const part = document.querySelector("[data-every]");
  if (late && part) soon(part);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  renewed = Date.now();
  shown = now();
});
// Never take a form away from under somebody's hands, nor fetch a picture again that has not changed.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const fresh = fragment.firstElementChild;
  const pressed = target.contains(under);
  const open = inHand(target);
  const how = !pressed && open && fresh ? around(target, fresh) : "";
  stale ||= pressed || how === "held";
  // A board that had to leave a part as it was stays at its version, so that the part comes again.
  const behind = stale && target.id === "version";
  if (pressed || behind || open || fresh?.isEqualNode(target)) event.detail.shouldSwap = false;
  if (how === "gone") document.dispatchEvent(new CustomEvent("kezek:gone"));
});
// A button that is exchanged between press and release is not pressed at all: the part waits for the release.
let under = null;
let stale = false; // whether the last answer met a part that had to stay as it was
document.addEventListener("htmx:beforeSwap", () => {
  stale = false;
});
document.addEventListener("pointerdown", (event) => {
  under = event.target;
});
const again = () => {
  const part = document.querySelector("[data-every]");
  if (stale && part) soon(part);
};
const release = () => {
  under = null;
  again();
};
document.addEventListener("click", release);
document.addEventListener("pointerup", () => setTimeout(release, 0));
document.addEventListener("pointercancel", release);
document.addEventListener("toggle", again, true); // a form was closed: what stayed because of it can be renewed

// Who walks by keyboard stays where they were when a part is exchanged under them.
let held = null;
document.addEventListener("htmx:beforeSwap", () => {
  const here = document.activeElement;
  const box = here?.parentElement?.closest("[id]");
  const href = here?.getAttribute("href");
  held = box && !here.id && href ? { box: box.id, href } : null;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!held || document.activeElement !== document.body) return;
  const links = document.getElementById(held.box)?.querySelectorAll("a[href]") ?? [];
  [...links].find((link) => link.getAttribute("href") === held.href)?.focus({ preventScroll: true });
  held = null;
});

const tick = () => {
  const live = Boolean(document.querySelector("[sse-connect]"));
  const lost = live && (Date.now() - heard > QUIET || (broken > 0 && Date.now() - broken > BROKEN));
  for (const time of document.querySelectorAll("[data-clock]")) time.textContent = write(now(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  for (const words of document.querySelectorAll("[data-age] [data-live]")) {
    const then = Date.parse(words.closest("[data-age]").dataset.age);
    words.parentElement.hidden = false;
    words.textContent = live && !lost ? words.dataset.live : ago(now() - then, then);
  }
  // The words stay as the server wrote them: not every browser knows every language.
  for (const mark of document.querySelectorAll("[data-called]")) {
    const minutes = Math.floor((now() - Date.parse(mark.dataset.called)) / 60000);
    mark.hidden = minutes < Number(mark.dataset.after);
    if (!mark.hidden && minutes < 60) mark.querySelector("span").textContent = mark.querySelector("span").textContent.replace(/\d+/, String(minutes));
  }
  for (const link of document.querySelectorAll("[data-renew]")) link.hidden = live && !lost;
  // Said by the script alone: a page without it does not renew itself.
  const link = document.getElementById("link");
  if (link) link.hidden = !live;
  const banner = document.getElementById("stale");
  if (!banner) return;
  banner.hidden = !lost;
  banner.querySelector("[data-since]").textContent = ago(now() - shown, shown);
};
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
