// The call: rings, vibrates and keeps the screen awake. A browser lets a page ring only after a touch,
// so the driver presses "sound on" once; the page says whether it may.
import { now } from "./time.js";

let audio = null;
let ringing = 0;
let answered = "";
let unsent = null;

const beep = (at, pitch) => {
  const tone = audio.createOscillator();
  const loud = audio.createGain();
  tone.type = "square";
  tone.frequency.value = pitch;
  loud.gain.setValueAtTime(0.0001, at);
  loud.gain.exponentialRampToValueAtTime(0.6, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
  tone.connect(loud).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.42);
};
// A browser refuses to shake a telephone that nobody has touched, and says so each time.
const shake = (pattern) => {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(pattern);
};
const ring = () => {
  shake([600, 200, 600, 200, 1000]);
  if (audio?.state === "running") for (const [i, pitch] of [880, 1175, 880, 1175].entries()) beep(audio.currentTime + i * 0.45, pitch);
};
const start = () => {
  if (ringing) return;
  ring();
  ringing = setInterval(ring, 3000);
};
const stop = () => {
  if (!ringing) return;
  clearInterval(ringing);
  ringing = 0;
  shake(0);
};

// The answer goes to the officer, again and again under its key until the server has said yes or no.
const send = async (url, body, call) => {
  unsent = call;
  try {
    const told = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(8000) });
    if (told.status >= 500 || told.status === 429) throw new Error(String(told.status));
    unsent = null;
    // A no is said by the page itself; a yes is shown by it too, should the stream be silent.
    if (told.ok) window.htmx?.trigger("#live", "renew");
    else location.reload();
  } catch {
    if (document.getElementById("called")?.dataset.call === call) setTimeout(send, 3000, url, body, call);
    else unsent = null;
  }
  paint();
};

const paint = () => {
  const called = document.getElementById("called");
  for (const box of document.querySelectorAll("[data-sound]")) {
    box.hidden = false;
    box.classList.toggle("is-on", audio?.state === "running");
  }
  for (const note of document.querySelectorAll("[data-unsent]")) note.hidden = !called || unsent !== called.dataset.call;
  if (!called) return stop();
  const isNew = called.dataset.call !== answered && !("acknowledged" in called.dataset);
  called.classList.toggle("on", isNew);
  document.documentElement.classList.toggle("is-called", isNew);
  if (!isNew) return stop();
  if (!called.contains(document.activeElement)) called.querySelector("[data-answer] button").focus();
  start();
  const left = Math.max(0, Date.parse(called.dataset.by) - now());
  const minutes = called.querySelector("[data-minutes]");
  // The word stays as the server wrote it: not every browser knows every language.
  if (minutes) minutes.textContent = minutes.textContent.replace(/\d+/, String(Math.ceil(left / 60000)));
  const share = Math.min(1, left / (Date.parse(called.dataset.by) - Date.parse(called.dataset.at)));
  called.querySelector("[data-bar]")?.setAttribute("width", String(200 * share));
};

const wake = async () => {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A flat battery may refuse; the call still rings.
  }
};

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-sound-on]")) {
    audio ??= new AudioContext();
    await audio.resume();
    beep(audio.currentTime, 880);
    await wake();
    paint();
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-answer]");
  if (!form) return;
  event.preventDefault();
  answered = document.getElementById("called").dataset.call;
  send(form.action, new URLSearchParams(new FormData(form)), answered);
  document.getElementById("main").focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && audio) wake();
});
document.addEventListener("htmx:afterSettle", paint);
paint();
setInterval(paint, 1000);
