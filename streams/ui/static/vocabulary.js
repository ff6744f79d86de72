/** The kinds of entity, hedge and source, in the words of people who edit. */

export const ENTITY_TYPES = {
  PER: { name: "person", shape: "●" },
  ORG: { name: "organisation", shape: "■" },
  LOC: { name: "place", shape: "▲" },
  MISC: { name: "other name", shape: "◆" },
};

export const CATEGORIES = {
  reportive: { name: "reported", means: "passes on what others say, without vouching for it" },
  attribution: { name: "attributed", means: "hands the claim to a source" },
  epistemic: { name: "possible", means: "calls it possible or probable" },
  unconfirmed: { name: "unconfirmed", means: "says that it is not confirmed, not known or disputed" },
  rumour: { name: "rumour", means: "calls it rumour, supposition or allegation" },
  approximator: { name: "approximate", means: "leaves a quantity loose" },
};

export const SOURCE_TYPES = {
  named: "named source",
  anonymous: "anonymous source",
  document: "document",
  public: "the public",
};

/** The languages whose hedges are known. */
export const LANGUAGES = ["it", "en", "fr", "es", "de", "pt"];

const WEIGHTS = {
  rumour: 3,
  unconfirmed: 3,
  reportive: 2,
  epistemic: 2,
  attribution: 1,
  approximator: 1,
};

const STRENGTHS = ["lightly hedged", "clearly hedged", "strongly hedged"];

/**
 * How strongly a claim is hedged, from 1 to 3, and in words: as its strongest kind of hedge,
 * and one more where there are two kinds or more, an approximate quantity aside.
 */
export function strength(claim) {
  const kinds = new Set(claim.hedges.map((hedge) => hedge.category));
  const heaviest = Math.max(...[...kinds].map((kind) => WEIGHTS[kind]));
  kinds.delete("approximator");
  const level = Math.min(3, heaviest + (kinds.size > 1 ? 1 : 0));
  return { level, words: STRENGTHS[level - 1] };
}
