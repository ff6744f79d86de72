/** One article as a card: its text marked, and under it who says what. */

import { h, languageName, percent, time } from "./dom.js";
import { marked, marksOf } from "./marks.js";
import { SOURCE_TYPES } from "./vocabulary.js";

const LONG = 1_200;

/** The address of an article alone. */
export const permalink = (id) => `/?article=${encodeURIComponent(id)}`;

/**
 * @param {{tagged: any, hedged: any | null}} article
 * @param {{level?: number, onEvent?: (id: string) => void}} [options] the level of the title's
 *   heading, and what shows the whole event
 */
export function articleCard(article, { level = 2, onEvent } = {}) {
  const { tagged } = article;
  const hedges = article.hedged?.hedges ?? [];
  const claims = article.hedged?.claims ?? [];
  const field = (name) => marked(tagged[name] ?? "", marksOf(name, tagged.entities, hedges, claims));
  const title = h(`h${level}`, { lang: tagged.language }, tagged.title ? field("title") : "Without a title");
  if (!tagged.title) title.classList.add("untitled");
  return h(
    "article",
    { class: "card", "data-id": tagged.id },
    byline(article),
    title,
    ...body(tagged, field("text")),
    sayings(claims),
    tagged.id === undefined ? null : footer(tagged, onEvent),
  );
}

function byline({ tagged, hedged }) {
  const parts = [tagged.source, languageName(tagged.language), tagged.published_at].filter(Boolean);
  return h(
    "div",
    { class: "byline" },
    h("span", {}, parts.join(" · ")),
    rate(hedged?.hedge_rate ?? 0),
  );
}

function rate(share) {
  const words = share ? `${percent(share)} of sentences hedged` : "nothing hedged";
  return h(
    "span",
    { class: "rate" },
    h("meter", { min: 0, max: 1, value: share, "aria-label": "Hedged sentences" }),
    words,
  );
}

function body(tagged, text) {
  const paragraph = h("p", { class: "text", lang: tagged.language }, text);
  const rest = tagged.length - Array.from(tagged.text).length;
  if (rest > 0) paragraph.append(h("span", { class: "hint" }, ` … ${rest} characters more`));
  if (tagged.text.length < LONG) return [paragraph];
  paragraph.classList.add("clamped");
  const more = h("button", { type: "button", class: "quiet", "aria-expanded": "false" }, "Show more");
  more.addEventListener("click", () => {
    const clamped = paragraph.classList.toggle("clamped");
    more.textContent = clamped ? "Show more" : "Show less";
    more.setAttribute("aria-expanded", String(!clamped));
  });
  return [paragraph, more];
}

function sayings(claims) {
  const sourced = claims.filter((claim) => claim.source);
  if (!sourced.length) return null;
  const items = sourced.map((claim) =>
    h(
      "li",
      {},
      h("b", {}, claim.source.text),
      h("span", { class: "hint" }, ` (${SOURCE_TYPES[claim.source.type]}) `),
      h("span", { class: "arrow", "aria-label": "says" }, "→"),
      " ",
      h("q", {}, claim.text),
    ),
  );
  return h("ol", { class: "sayings", "aria-label": "Who says what" }, ...items);
}

function footer(tagged, onEvent) {
  return h(
    "footer",
    {},
    time(tagged.at),
    h("a", { href: permalink(tagged.id) }, "Link"),
    web(tagged.url),
    onEvent && h("button", { type: "button", class: "quiet", onclick: () => onEvent(tagged.id) }, "JSON"),
  );
}

/** A link to the article's page, where its address is one of the web. */
function web(url) {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  return h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, "Original");
}
