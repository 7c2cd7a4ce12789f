// Find-as-you-type on the board and in the list of posts to book at, in Latin or Cyrillic. Without it the form asks the server.
const q = document.getElementById("q");
const plain = (s) => s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const find = () => {
  const want = plain(q.value.trim());
  const rows = [...document.querySelectorAll("[data-find]")];
  for (const row of rows) row.hidden = !plain(row.dataset.find).includes(want);
  for (const table of document.querySelectorAll(".posts")) table.hidden = !table.querySelector("[data-find]:not([hidden])");
  document.getElementById("none").hidden = rows.some((row) => !row.hidden);
};
q.addEventListener("input", find);
q.form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("htmx:afterSettle", find);
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  q.focus();
});
if (q.value) find();
