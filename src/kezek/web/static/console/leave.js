// Ways out of the console: none is taken while the centre cannot be reached, because the way back would be lost.
import * as outbox from "./outbox.js";
import { say, sentence } from "./told.js";

const SOON = 1500; // ms: then it is said why nothing has happened yet
const AGAIN = 2000; // ms between two tries
let wish = null; // where the officer wants to go: the last wish stands

const go = async (mine) => {
  const timer = setTimeout(() => wish === mine && say("mind", sentence("noway")), SOON);
  while (wish === mine) {
    if (await outbox.reached()) break;
    if (!mine.told) say("mind", sentence("noway"));
    mine.told = true;
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  clearTimeout(timer);
  if (wish === mine) mine.leave();
};
const want = (leave) => {
  wish = { leave, told: false };
  go(wish);
};

// Who goes on working here stays.
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => (wish = null), true);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (event.defaultPrevented || !link || link.target || link.matches("a.go") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== location.origin || (hash && pathname === location.pathname && search === location.search)) return;
  event.preventDefault();
  want(() => location.assign(link.href));
});

let warned = ""; // the newest step that waited when it was said that signing out drops the steps
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (new URL(form.action).pathname !== "/sign-out") return;
  event.preventDefault();
  const newest = outbox.newest()?.key ?? "";
  if (newest && newest !== warned) {
    warned = newest;
    return say("stop", sentence("signout"));
  }
  want(() => {
    outbox.empty();
    form.submit();
  });
});
