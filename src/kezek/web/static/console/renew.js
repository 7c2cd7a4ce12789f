// Fetches the lines anew at once, and says when they are there.
const AT_MOST = 2000; // ms: what became of a step is said then in any case
let started = 0; // requests so far
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live") started += 1;
});

export const renewed = () =>
  new Promise((resolve) => {
    const before = started;
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("htmx:afterSettle", settled);
      resolve();
    };
    // One that was on its way already may show the lines as they were.
    const settled = () => started > before && done();
    const timer = setTimeout(done, AT_MOST);
    document.addEventListener("htmx:afterSettle", settled);
    const live = document.getElementById("live");
    if (live && window.htmx) window.htmx.trigger(live, "renew");
    else done();
  });
