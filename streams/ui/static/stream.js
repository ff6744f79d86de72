/** The stream: articles newest first, as far as they are wanted. */

import { articleCard } from "./article.js";
import { byId } from "./dom.js";
import { isWanted } from "./filters.js";

const SHOWN = 50;

export class StreamView {
  #model;
  #filters;
  #onEvent;
  #most = SHOWN;
  /** The articles as they were when paused. */
  #held = null;
  /** @type {Map<string, {version: number, element: HTMLElement}>} */
  #cards = new Map();

  constructor(model, filters, onEvent) {
    this.#model = model;
    this.#filters = filters;
    this.#onEvent = onEvent;
    byId("pause").addEventListener("click", () => this.#pause());
    byId("older").addEventListener("click", () => {
      this.#most += SHOWN;
      this.draw();
    });
    byId("articles").addEventListener("click", (event) => {
      const entity = event.target.closest("mark.entity");
      if (entity) filters.toggleEntity(entity.dataset.entity);
    });
    filters.addEventListener("change", () => {
      this.#most = SHOWN;
      this.draw();
    });
  }

  #pause() {
    this.#held = this.#held ? null : this.#model.newest;
    byId("pause").setAttribute("aria-pressed", String(this.#held !== null));
    this.draw();
  }

  draw() {
    const newest = this.#model.newest;
    const articles = this.#held ?? newest;
    const { wish } = this.#filters;
    const wanted = articles.filter((article) => isWanted(article, wish));
    this.#drawCards(wanted.slice(0, this.#most));
    byId("older").hidden = wanted.length <= this.#most;
    byId("stream-count").textContent = count(wanted.length, articles.length);
    byId("pause").textContent = this.#held ? `Go on${waiting(newest, this.#held)}` : "Pause";
    byId("articles").classList.toggle("empty", wanted.length === 0);
    if (!this.#held) this.#filters.offer(newest);
  }

  /** Put the cards in their places. Those that are there already and unchanged are not touched. */
  #drawCards(articles) {
    const list = byId("articles");
    const cards = new Map();
    for (const article of articles) {
      const { id } = article.tagged;
      const drawn = this.#cards.get(id);
      const fresh = drawn?.version === article.version;
      cards.set(
        id,
        fresh
          ? drawn
          : { version: article.version, element: articleCard(article, { onEvent: this.#onEvent }) },
      );
      if (!fresh && drawn) drawn.element.replaceWith(cards.get(id).element);
    }
    for (const [id, { element }] of this.#cards) if (!cards.has(id)) element.remove();
    let place = list.firstElementChild;
    for (const { element } of cards.values()) {
      if (element === place) place = place.nextElementSibling;
      else list.insertBefore(element, place);
    }
    this.#cards = cards;
  }
}

function count(wanted, all) {
  if (!all) return "No article yet. What is published shows up here as soon as it is tagged.";
  if (wanted === all) return all === 1 ? "1 article" : `${all} articles`;
  return `${wanted} of ${all} articles`;
}

function waiting(newest, held) {
  const known = new Set(held.map(({ tagged }) => `${tagged.id} ${tagged.at}`));
  const fresh = newest.filter(({ tagged }) => !known.has(`${tagged.id} ${tagged.at}`)).length;
  return fresh ? ` (${fresh} new)` : "";
}
