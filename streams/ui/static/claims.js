/** The newest claims: what is left open, about whom, by whose word, and how much. */

import { permalink } from "./article.js";
import { byId, h, languageName, time } from "./dom.js";
import { CATEGORIES, ENTITY_TYPES, SOURCE_TYPES, strength } from "./vocabulary.js";

const SHOWN = 100;

export class ClaimsView {
  #model;

  constructor(model) {
    this.#model = model;
  }

  draw() {
    const claims = this.#model.newest
      .flatMap((article) => (article.hedged?.claims ?? []).map((claim) => ({ article, claim })))
      .slice(0, SHOWN);
    const list = byId("claims-list");
    list.classList.toggle("empty", claims.length === 0);
    list.replaceChildren(...claims.map(({ article, claim }) => item(article.tagged, claim)));
  }
}

function item(tagged, claim) {
  const { level, words } = strength(claim);
  const kinds = [...new Set(claim.hedges.map((hedge) => CATEGORIES[hedge.category].name))];
  return h(
    "li",
    { class: "card" },
    h(
      "p",
      { class: "strength", "data-level": level },
      h("span", { class: "dots", "aria-hidden": "true" }, "●".repeat(level) + "○".repeat(3 - level)),
      h("b", {}, words),
      `: ${kinds.join(", ")}`,
    ),
    h("blockquote", { lang: tagged.language }, claim.text),
    h(
      "p",
      { class: "about" },
      ...claim.entities.map(({ type, name }) =>
        h(
          "span",
          { class: `chip ${type}` },
          h("span", { class: `entity-shape ${type}`, title: ENTITY_TYPES[type].name }, ENTITY_TYPES[type].shape),
          name,
        ),
      ),
      claim.source
        ? h("span", {}, "according to ", h("b", {}, claim.source.text), ` (${SOURCE_TYPES[claim.source.type]})`)
        : h("span", { class: "hint" }, "no source given"),
    ),
    h(
      "footer",
      {},
      time(tagged.at),
      h("span", {}, [tagged.source, languageName(tagged.language)].filter(Boolean).join(" · ")),
      h("a", { href: permalink(tagged.id) }, tagged.title || tagged.id),
    ),
  );
}
