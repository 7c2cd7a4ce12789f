const link = document.getElementById("keep-url");
// A ticket's link is handed to another app or to the clipboard, where the browser can.
for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () => {
    navigator.share({ title: document.title, url: link.value }).catch(() => {}); // closed again
  });
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = words;
    }, 3000);
  });
}
