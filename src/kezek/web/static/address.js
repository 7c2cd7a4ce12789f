// What a form has sent is kept by no browser here, so Back to its answer would end on a page of the browser's own.
// In its place the history holds the address that shows the same step again.
history.replaceState(null, "", document.body.dataset.address);
