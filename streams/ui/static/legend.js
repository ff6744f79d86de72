/** What the marks mean, shown by the marks themselves. */

import { h } from "./dom.js";
import { CATEGORIES, ENTITY_TYPES } from "./vocabulary.js";

export function legend() {
  const names = Object.entries(ENTITY_TYPES).map(([type, { name, shape }]) =>
    h("li", {}, h("mark", { class: `entity ${type}` }, name, h("span", { class: "label" }, shape))),
  );
  const hedges = Object.entries(CATEGORIES).map(([category, { name, means }]) =>
    h("li", {}, h("mark", { class: `hedge ${category}` }, h("span", { class: "words" }, name)), ` the writer ${means}`),
  );
  const claims = h(
    "li",
    {},
    h("mark", { class: "source" }, "who says it", h("span", { class: "label" }, "source 1")),
    " and ",
    h("mark", { class: "claim" }, "what is said", h("span", { class: "label" }, "1")),
    " have the same number",
  );
  return [h("ul", { class: "names" }, ...names), h("ul", {}, ...hedges, claims)];
}
