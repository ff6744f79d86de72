/** Making elements. Text goes in as text nodes only, so it is never markup. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] `class`, `on…` handlers, else attributes; those
 *   that are null, undefined or false are left out
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return the element with an id, which the page has. */
export const byId = (id) => document.getElementById(id);

/** Return a time of day, with the date where it is not today's. */
export function time(seconds) {
  const moment = new Date(seconds * 1000);
  const today = moment.toDateString() === new Date().toDateString();
  const shown = today ? moment.toLocaleTimeString() : moment.toLocaleString();
  return h("time", { datetime: moment.toISOString() }, shown);
}

/** Return a share as a whole percentage. */
export const percent = (share) => `${Math.round(share * 100)}%`;

const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** Return a language's English name, the tag itself where it has none. */
export function languageName(tag) {
  if (tag === "und") return "unknown language";
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
