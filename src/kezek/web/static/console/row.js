// Rows of trucks and their buttons: whose row it is, and what a button does to which truck.
export const rowOf = (element) => element?.closest?.("[data-row]");
export const bookingOf = (row) => row?.dataset.booking ?? "";
export const truckOf = (button) => button.closest("form")?.elements.booking?.value ?? bookingOf(rowOf(button));

// The same for whatever element shows the button after a renewal.
export const meaning = (button) => {
  if (!button) return "";
  const form = button.closest("form");
  const { step, event } = form?.elements ?? {};
  const does = button.dataset.does ?? form?.getAttribute("action") ?? button.getAttribute("href") ?? "";
  const part = `${button.closest("details")?.id ?? ""} ${button.localName} ${button.value ?? ""}`;
  return [does, truckOf(button), step?.value ?? "", event?.value ?? "", part].join(" ");
};
