/** One article by its id. */

import { fetchEvents } from "./api.js";
import { articleCard } from "./article.js";
import { byId, h } from "./dom.js";

const RETRY_MS = 1_000;
const TRIES = 10;

/** Show an article; one that was published just now may take a moment to be tagged. */
export async function showArticle(id, onEvent) {
  for (let left = TRIES; left > 0; left -= 1) {
    const events = await fetchEvents(id).catch(() => ({}));
    if (events.tagged) {
      byId("article").replaceChildren(articleCard(asArticle(events), { onEvent }));
      return;
    }
    byId("article").replaceChildren(h("p", { role: "status" }, "Looking for it…"));
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  byId("article").replaceChildren(
    h("p", { role: "status" }, `The page does not hold the article ${id}. It keeps the newest only.`),
  );
}

function asArticle({ tagged, hedged }) {
  const { article, language, entities, processed_at: processedAt } = tagged;
  const length = Array.from(article.text).length;
  const at = Date.parse(processedAt) / 1000;
  return { tagged: { ...article, language, entities, length, at }, hedged: hedged ?? null };
}
