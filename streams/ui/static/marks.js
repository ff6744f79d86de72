/** Text with its marks: from offsets in code points to nested elements. */

import { h } from "./dom.js";
import { CATEGORIES, ENTITY_TYPES, SOURCE_TYPES } from "./vocabulary.js";

/**
 * @typedef {{start: number, end: number, rank: number, element: () => HTMLElement,
 *   label: () => HTMLElement | null}} Mark  a stretch, in code points, end-exclusive; of two over
 *   the same one the lower rank is outside; the label stands behind its end
 */

/** All marks of one field of an article. */
export function marksOf(field, entities, hedges, claims) {
  const here = (span) => span.field === field;
  const sourced = claims.filter((claim) => claim.source);
  const number = (source) => {
    const told = sourced.flatMap((claim, index) => (sameSpan(claim.source, source) ? index + 1 : []));
    return told.join(", ");
  };
  const sources = unique([...hedges, ...claims].map((item) => item.source).filter(Boolean));
  return [
    ...sourced.flatMap((claim, index) =>
      here(claim) ? mark(claim, 0, "claim", {}, String(index + 1), `claim ${index + 1}`) : [],
    ),
    ...sources
      .filter(here)
      .map((source) =>
        mark(source, 1, "source", {}, `source ${number(source)}`.trim(), SOURCE_TYPES[source.type]),
      ),
    ...entities.filter(here).map((entity) => {
      const { name, shape } = ENTITY_TYPES[entity.type];
      const title = `${entity.name}, ${name}, ${Math.round(entity.score * 100)}% sure`;
      return mark(entity, 2, `entity ${entity.type}`, { "data-entity": entity.name }, shape, title, name);
    }),
    ...hedges.filter(here).map((hedge) => {
      const { name, means } = CATEGORIES[hedge.category];
      const title = `${hedge.in_quote ? "The person quoted" : "The writer"} ${means}`;
      const kind = `hedge ${hedge.category}${hedge.in_quote ? " quoted" : ""}`;
      return mark(hedge, 3, kind, {}, hedge.in_quote ? `${name}, quoted` : name, title);
    }),
  ];
}

/** Make a mark. `spoken` is what a screen reader says instead of a label that is no word. */
function mark(span, rank, kind, attributes, text, title, spoken) {
  const element = () => h("mark", { class: kind, title, ...attributes });
  const label = () =>
    h("span", { class: "label", lang: "en", role: spoken && "img", "aria-label": spoken }, text);
  return { start: span.start, end: span.end, rank, element, label };
}

/** Whether two spans are the same stretch. */
export const sameSpan = (one, other) =>
  one.field === other.field && one.start === other.start && one.end === other.end;

function unique(spans) {
  return spans.filter((span, index) => spans.findIndex((other) => sameSpan(span, other)) === index);
}

/**
 * Return a text as nodes with its marks around what they cover.
 * @param {string} text
 * @param {Mark[]} marks
 */
export function marked(text, marks) {
  const points = Array.from(text);
  const root = document.createDocumentFragment();
  const open = [{ node: root, end: points.length, label: () => null }];
  const waiting = [...marks].filter((item) => item.end <= points.length).sort(byOpening);
  let position = 0;
  const advance = (to) => {
    if (to > position) open.at(-1).node.append(points.slice(position, to).join(""));
    position = to;
  };
  const close = () => {
    const { end, node, label } = open.at(-1);
    advance(end);
    node.after(label() ?? "");
    open.pop();
  };
  while (waiting.length) {
    const next = waiting.shift();
    while (open.length > 1 && open.at(-1).end <= next.start) close();
    advance(next.start);
    const outer = open.at(-1);
    // Two marks that cross: the later one is split where the earlier one ends.
    const end = Math.min(next.end, outer.end);
    const split = end < next.end;
    if (split) {
      waiting.push({ ...next, start: end });
      waiting.sort(byOpening);
    }
    // The words are apart from the label behind them, which is not underlined as they are.
    const node = h("span", { class: "words" });
    const element = next.element();
    element.append(node);
    outer.node.append(element);
    open.push({ node, end, label: split ? () => null : next.label });
  }
  while (open.length > 1) close();
  advance(points.length);
  return root;
}

const byOpening = (one, other) =>
  one.start - other.start || other.end - one.end || one.rank - other.rank;
