// What a thumb would miss: things to press that are less than 44 px high, links in sentences aside.
() => {
  const stretched = ".pick .name, .trucks .code, .posts th a"; // their whole row takes the touch
  const small = (e) => {
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    if (!box.width || style.opacity === "0" || style.visibility === "hidden" || e.matches(`.skip, ${stretched}`)) return false;
    if (style.display === "inline" && e.closest("p, li, dd, label, .notice")) return false;
    return box.height < 43.5 && !e.closest(".foot, label, .row > a:not(.btn)");
  };
  const all = document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea");
  return [...all].filter(small).slice(0, 4).map((e) => `${e.outerHTML.slice(0, 90)} ${Math.round(e.getBoundingClientRect().height)}`);
}
