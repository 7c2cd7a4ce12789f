// What a form has sent is kept by no browser here, so Back to its answer would end on a page of the browser's own.
// In its place the history holds the step as its address shows it.
const { address } = document.body.dataset;
if (address) history.replaceState(null, "", address);
