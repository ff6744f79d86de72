/** One article by its id. */

import { fetchEvents } from "./api.js";
import { articleCard } from "./article.js";
import { byId, h } from "./dom.js";

let asked = 0;

/** Show an article as it is known now. An answer that a later one has overtaken is not shown. */
export async function showArticle(id, onEvent) {
  asked += 1;
  const mine = asked;
  const events = await fetchEvents(id).catch(() => ({}));
  if (mine !== asked) return;
  byId("article").replaceChildren(
    events.tagged
      ? articleCard(asArticle(events), { onEvent })
      : h(
          "p",
          { role: "status" },
          `The page does not hold the article ${id}. It keeps the newest only, and shows this one ` +
            "as soon as it is tagged.",
        ),
  );
}

function asArticle({ tagged, hedged }) {
  const { article, language, entities, processed_at: processedAt } = tagged;
  const length = Array.from(article.text).length;
  const at = Date.parse(processedAt) / 1000;
  return { tagged: { ...article, language, entities, length, at }, hedged: hedged ?? null };
}
