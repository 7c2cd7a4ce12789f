// The clock of the place as the server gave it; in a demonstration it runs faster than the device's.
const { now: start = "", rate = "1" } = document.documentElement.dataset;
const loaded = Date.now();
const zone = /([+-])(\d\d):?(\d\d)$/.exec(start);
const shift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 0;

export const now = () => (start ? Date.parse(start) : loaded) + (Date.now() - loaded) * Number(rate);

// Written as the place and the server write it: the instant is moved by the place's own offset and read as UTC.
export const write = (instant, options) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn", ...options }).format(instant + shift);

// "3 minutes ago", in the language of the page; where the browser has no words for it, the clock's time of then.
const { lang } = document.documentElement;
const spoken = Intl.RelativeTimeFormat.supportedLocalesOf(lang).length > 0 && !/^[-\u2212]/.test(new Intl.RelativeTimeFormat(lang).format(-3, "minute"));
export const ago = (ms, then) => {
  if (!spoken) return write(then, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const words = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const s = Math.round(ms / 1000);
  return s < 50 ? words.format(-s, "second") : s < 5400 ? words.format(-Math.round(s / 60), "minute") : words.format(-Math.round(s / 3600), "hour");
};
