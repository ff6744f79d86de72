/** Who is hedged about: entities by hedged mentions, each with its course over the window. */

import { bars } from "./charts.js";
import { byId, h } from "./dom.js";
import { ENTITY_TYPES } from "./vocabulary.js";

export class RankingView {
  #model;
  #filters;
  #drawn = null;

  constructor(model, filters) {
    this.#model = model;
    this.#filters = filters;
    filters.addEventListener("change", () => this.#press());
  }

  draw() {
    const { ranking } = this.#model;
    if (ranking === this.#drawn) return;
    this.#drawn = ranking;
    const minutes = Math.round(ranking.window / 60);
    byId("ranking-window").textContent = ranking.entities.length
      ? `Mentions inside claims, last ${minutes} minutes`
      : "Nobody in the last while.";
    const focused = document.activeElement?.dataset?.name;
    byId("ranking").replaceChildren(...ranking.entities.map((entity) => this.#item(entity)));
    this.#press();
    if (focused) byId("ranking").querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  }

  #item(entity) {
    const { name, shape } = ENTITY_TYPES[entity.type];
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "data-name": entity.name, onclick: () => this.#filters.toggleEntity(entity.name) },
        h("span", { class: `entity-shape ${entity.type}`, title: name }, shape),
        h("span", { class: "who" }, entity.name),
        h("span", { class: "hint" }, `${entity.hedged} of ${entity.mentions}`),
        bars(entity.series, `${entity.hedged} hedged mentions of ${entity.mentions}`),
      ),
    );
  }

  #press() {
    const { entity } = this.#filters.wish;
    for (const button of byId("ranking").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.name === entity));
    }
  }
}
