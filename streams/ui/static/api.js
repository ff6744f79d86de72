/** Asking the server. What acts carries a header that no other site's page can send. */

async function ask(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }));
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const act = (path, content = {}) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Hedgewire": "page" },
    body: JSON.stringify(content),
  });

/** The whole events of an article, by kind. */
export const fetchEvents = (id) => ask(`/api/article?id=${encodeURIComponent(id)}`);
/** How many rejected records a replay would put back. */
export const countOutstanding = () => ask("/api/rejected");
export const analyze = (article) => act("/api/analyze", article);
export const publish = (article) => act("/api/publish", article);
export const replay = () => act("/api/replay");
