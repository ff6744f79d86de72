/** The page put together. */

import { ClaimsView } from "./claims.js";
import { connect } from "./connection.js";
import { byId } from "./dom.js";
import { setUpEventDialog } from "./event.js";
import { Filters } from "./filters.js";
import { HealthView } from "./health.js";
import { legend } from "./legend.js";
import { Model } from "./model.js";
import { showArticle } from "./permalink.js";
import { RankingView } from "./ranking.js";
import { StreamView } from "./stream.js";
import { setUpTryIt } from "./tryit.js";

const STATES = { live: "Live", lost: "Connection lost, trying again…", hidden: "Resting" };

const model = new Model();
const filters = new Filters(byId("filters"), byId("names"));
const showEvent = setUpEventDialog();
const stream = new StreamView(model, filters, showEvent);
const ranking = new RankingView(model, filters);
const views = {
  stream: { draw: () => (stream.draw(), ranking.draw()) },
  claims: new ClaimsView(model),
  health: new HealthView(model),
  try: { draw() {} },
  article: { draw() {} },
};

const permalinked = new URLSearchParams(location.search).get("article");
let current = "stream";

function showView() {
  const asked = location.hash.slice(1);
  current = asked in views ? asked : permalinked === null ? "stream" : "article";
  for (const name of Object.keys(views)) byId(`view-${name}`).hidden = name !== current;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${current}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  views[current].draw();
  scrollTo(0, 0);
}

function setUpTheme() {
  const select = byId("theme");
  select.value = document.documentElement.dataset.theme;
  select.addEventListener("change", () => {
    document.documentElement.dataset.theme = select.value;
    localStorage.setItem("theme", select.value);
  });
}

function setUpGapNotice() {
  byId("gap").querySelector("button").addEventListener("click", () => (byId("gap").hidden = true));
}

byId("legend").append(...legend());
setUpTheme();
setUpGapNotice();
setUpTryIt();
addEventListener("hashchange", showView);
model.addEventListener("change", () => {
  byId("trouble").hidden = model.trouble === null;
  byId("trouble").title = model.trouble ?? "";
  views[current].draw();
});
showView();
if (permalinked !== null) showArticle(permalinked, showEvent);
connect({
  onFrame: (kind, data) => {
    model.take(kind, data);
    if (permalinked !== null && data.id === permalinked) showArticle(permalinked, showEvent);
  },
  onReset: () => model.reset(),
  onGap: () => (byId("gap").hidden = false),
  onState: (state) => {
    byId("connection").dataset.state = state;
    byId("connection").textContent = STATES[state];
  },
});
