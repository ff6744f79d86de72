/** The whole event of an article as JSON, to look at and to copy. */

import { fetchEvents } from "./api.js";
import { byId } from "./dom.js";

export function setUpEventDialog() {
  const dialog = byId("event");
  const text = dialog.querySelector("pre");
  const copy = dialog.querySelector("[name=copy]");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = "Copied";
    } catch {
      // Without permission, or off a secure origin: selected, so that the keys for it do.
      getSelection().selectAllChildren(text);
      copy.textContent = "Selected";
    }
  });
  return async (id) => {
    copy.textContent = "Copy";
    text.textContent = "…";
    dialog.showModal();
    try {
      text.textContent = JSON.stringify(await fetchEvents(id), null, 2);
    } catch (error) {
      text.textContent = error.message;
    }
  };
}
