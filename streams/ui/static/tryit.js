/** A text of one's own, analysed, and published if wanted. */

import { analyze, publish } from "./api.js";
import { articleCard, permalink } from "./article.js";
import { byId, h, languageName } from "./dom.js";
import { LANGUAGES } from "./vocabulary.js";

export function setUpTryIt() {
  const form = byId("try-form");
  const { language } = form.elements;
  language.append(...LANGUAGES.map((tag) => h("option", { value: tag }, languageName(tag))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, "Reading… the first time takes a few seconds.", async (article) => {
      const analysis = await analyze(article);
      byId("try-result").replaceChildren(articleCard(asArticle(article, analysis)));
      return "";
    });
  });
  form.elements.publish.addEventListener("click", () => {
    if (!form.reportValidity()) return;
    run(form, "Publishing…", async (article) => {
      const { id } = await publish(article);
      return h("span", {}, "Published. ", h("a", { href: permalink(id) }, "See it"), " once it is tagged.");
    });
  });
}

async function run(form, waiting, work) {
  const status = byId("try-status");
  const buttons = form.querySelectorAll("button");
  status.replaceChildren(waiting);
  for (const button of buttons) button.disabled = true;
  try {
    status.replaceChildren(await work(written(form)));
  } catch (error) {
    status.replaceChildren(`That did not work: ${error.message}`);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function written(form) {
  const { title, text, language } = form.elements;
  const article = { text: text.value };
  if (title.value) article.title = title.value;
  if (language.value) article.language = language.value;
  return article;
}

function asArticle(article, analysis) {
  return {
    tagged: { ...article, ...analysis, length: Array.from(article.text).length },
    hedged: analysis,
  };
}
