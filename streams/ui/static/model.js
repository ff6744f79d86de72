/** What the page holds: the newest articles, who is hedged about, how the processors are doing. */

const ARTICLES = 1_000;
const REJECTED = 200;
const SAMPLES = 300;
const GATHER_MS = 50;

/**
 * Tells `change` whenever something is new, at most every `GATHER_MS`, so that a burst is drawn
 * once.
 */
export class Model extends EventTarget {
  #gathering = false;

  constructor() {
    super();
    this.reset();
  }

  /** Forget everything: a server that knows nothing of before starts over. */
  reset() {
    /** @type {Map<string, {tagged: any, hedged: any, version: number}>} oldest first */
    this.articles = new Map();
    this.ranking = { window: 0, entities: [] };
    this.rejected = [];
    this.health = [];
    /** What is the matter with the cluster. */
    this.trouble = null;
    this.#tell();
  }

  /** Take a frame of one of the server's kinds. */
  take(kind, data) {
    if (kind === "tagged" || kind === "hedged") this.#takeArticle(kind, data);
    else if (kind === "ranking") this.ranking = data;
    else if (kind === "rejected") keep(this.rejected, data, REJECTED);
    else if (kind === "health") keep(this.health, data, SAMPLES);
    else if (kind === "cluster") this.trouble = data.trouble;
    this.#tell();
  }

  /** The articles that can be shown, newest first. The two events come in any order. */
  get newest() {
    return [...this.articles.values()].filter((article) => article.tagged).reverse();
  }

  #takeArticle(kind, data) {
    const known = this.articles.get(data.id) ?? { tagged: null, hedged: null, version: 0 };
    if (kind === "tagged") this.articles.delete(data.id);
    this.articles.set(data.id, { ...known, [kind]: data, version: known.version + 1 });
    if (this.articles.size > ARTICLES) {
      const [oldest] = this.articles.keys();
      this.articles.delete(oldest);
    }
  }

  #tell() {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      this.dispatchEvent(new Event("change"));
    }, GATHER_MS);
  }
}

function keep(list, item, most) {
  list.push(item);
  if (list.length > most) list.shift();
}
