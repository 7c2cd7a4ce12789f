// The key of a name or of what somebody typed, as domain/checkpoint/search.py makes it: small Latin letters,
// words by one blank, and one key for spellings that sound alike.
const LATIN = {};
const put = (from, to) => [...from].forEach((letter, at) => (LATIN[letter] = to[at]));
put("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufie");
put("ёжхцчшщъьюяқғңөұүһәіҳҷӣӯўїєıəß", ["e", "j", "h", "ts", "ch", "sh", "sh", "", "", "iu", "ia", ..."kgnouuhaihjiuuieia", "ss"]);
const PAIRS = [["shch", "sh"], ["kh", "h"], ["zh", "j"], ["ya", "ia"], ["yu", "iu"], ["yo", "e"]];
const SOUNDS = { q: "k", y: "i", w: "v" };
const DROPPED = new Set("'`´ʹʺʻʼˈ‘’′\u00ad");
const part = (sign) => (/\p{M}/u.test(sign) ? "" : LATIN[sign] ?? (/[\p{L}\p{N}]/u.test(sign) ? sign : " "));
const latin = (letter) => (DROPPED.has(letter) ? "" : LATIN[letter] ?? [...letter.normalize("NFKD")].map(part).join(""));

export const searchKey = (text) => {
  let key = [...[...text.trim()].slice(0, 80).join("").toLowerCase()].map(latin).join("");
  for (const [pair, sound] of PAIRS) key = key.replaceAll(pair, sound);
  key = key.replace(/[qyw]/g, (letter) => SOUNDS[letter]).replace(/([^\d\s])\1+/gu, (run, one) => (run.length === 2 * one.length ? one : run));
  return key.split(/\s+/).filter(Boolean).join(" ");
};
