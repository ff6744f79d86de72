/** Which articles are wanted. */

import { h, languageName } from "./dom.js";
import { CATEGORIES, ENTITY_TYPES } from "./vocabulary.js";

const NAMES = 200;

/** Whether an article is what a filter asks for; empty wishes ask for nothing. */
export function isWanted(article, wish) {
  const { tagged, hedged } = article;
  const name = wish.entity.trim().toLocaleLowerCase();
  return (
    (!wish.language || tagged.language === wish.language) &&
    (!wish.source || tagged.source === wish.source) &&
    (!wish.category || (hedged?.hedges ?? []).some((hedge) => hedge.category === wish.category)) &&
    (hedged?.hedge_rate ?? 0) * 100 >= wish.rate &&
    ((!name && !wish.type) ||
      tagged.entities.some(
        (entity) =>
          (!wish.type || entity.type === wish.type) &&
          entity.name.toLocaleLowerCase().includes(name),
      ))
  );
}

/** The form of the filters. Tells `change` when the wish is another. */
export class Filters extends EventTarget {
  #form;
  #names;

  constructor(form, names) {
    super();
    this.#form = form;
    this.#names = names;
    const { elements } = form;
    for (const [type, { name, shape }] of Object.entries(ENTITY_TYPES)) {
      elements.type.append(h("option", { value: type }, `${shape} ${name}`));
    }
    for (const [category, { name }] of Object.entries(CATEGORIES)) {
      elements.category.append(h("option", { value: category }, name));
    }
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => event.preventDefault());
    // The fields are reset only after this event.
    form.addEventListener("reset", () => setTimeout(() => this.#changed()));
  }

  /** What is asked for. */
  get wish() {
    const { entity, type, category, language, source, rate } = this.#form.elements;
    return {
      entity: entity.value,
      type: type.value,
      category: category.value,
      language: language.value,
      source: source.value,
      rate: Number(rate.value),
    };
  }

  /** Ask for an entity, or no longer, where it is asked for already. */
  toggleEntity(name) {
    const field = this.#form.elements.entity;
    field.value = field.value === name ? "" : name;
    this.#changed();
  }

  /** Offer what the articles have. */
  offer(articles) {
    const languages = new Set(articles.map(({ tagged }) => tagged.language));
    const sources = new Set(articles.map(({ tagged }) => tagged.source).filter(Boolean));
    const names = new Set(articles.flatMap(({ tagged }) => tagged.entities.map((e) => e.name)));
    extend(this.#form.elements.language, languages, languageName);
    extend(this.#form.elements.source, sources, String);
    this.#names.replaceChildren(...[...names].slice(0, NAMES).map((value) => h("option", { value })));
  }

  #changed() {
    const { rate } = this.wish;
    this.#form.querySelector("output").textContent = rate ? `at least ${rate}%` : "any share";
    this.dispatchEvent(new Event("change"));
  }
}

/** Add the options that a list lacks; those it has stay, so that an open list holds still. */
function extend(select, values, name) {
  const known = new Set([...select.options].map((option) => option.value));
  for (const value of [...values].sort()) {
    if (!known.has(value)) select.append(h("option", { value }, name(value)));
  }
}
