/** How the processors are doing, and what could not be used. */

import { countOutstanding, replay } from "./api.js";
import { line } from "./charts.js";
import { byId, h, time } from "./dom.js";

const PROCESSORS = { tagger: "finds the names", spotter: "finds the hedges" };

const STATUSES = {
  OK: ["✓", "keeps up"],
  UNKNOWN: ["…", "has work to do"],
  WARN: ["▲", "falls behind"],
  STALL: ["■", "does not get on"],
  STOP: ["■", "has stopped"],
  REWIND: ["▲", "went back"],
  LOST: ["■", "has lost records"],
  GONE: ["■", "its topic is gone"],
  ERROR: ["■", "cannot be read"],
};

export class HealthView {
  #model;

  constructor(model) {
    this.#model = model;
    byId("replay").addEventListener("click", () => this.#ask());
  }

  draw() {
    this.#drawProcessors();
    this.#drawRejected();
  }

  #drawProcessors() {
    const samples = this.#model.health;
    const place = (group) => Object.keys(PROCESSORS).indexOf(processor(group));
    const groups = [...(samples.at(-1)?.groups ?? [])].sort((a, b) => place(a) - place(b));
    const over = (group, field) =>
      samples.map((sample) => sample.groups.find((each) => each.group === group)?.[field] ?? null);
    byId("processors").classList.toggle("empty", groups.length === 0);
    byId("processors").replaceChildren(
      ...groups.map((group) =>
        h(
          "section",
          { class: "card", "data-group": group.group },
          h("h2", {}, processor(group), h("span", { class: "hint" }, ` ${PROCESSORS[processor(group)]}`)),
          status(group.status),
          figure("Records a second", decimals, over(group.group, "throughput")),
          figure("Records waiting", String, over(group.group, "lag")),
          figure("Seconds behind", decimals, over(group.group, "seconds")),
        ),
      ),
    );
  }

  #drawRejected() {
    const letters = [...this.#model.rejected].reverse();
    byId("rejected").hidden = letters.length === 0;
    byId("rejected-hint").textContent = letters.length
      ? "What could not be used, with its bytes kept. Mend the cause, then put them back."
      : "None. Whatever cannot be used would be kept and shown here.";
    byId("rejected").tBodies[0].replaceChildren(...letters.map(row));
  }

  async #ask() {
    const dialog = byId("ask");
    try {
      const { outstanding } = await countOutstanding();
      if (!outstanding) return say("There is nothing to put back.");
      dialog.querySelector("p").textContent =
        `${outstanding} rejected ${outstanding === 1 ? "record goes" : "records go"} back to where ` +
        "they came from, to be processed again. What still cannot be used will be rejected again.";
      dialog.returnValue = "no";
      dialog.showModal();
      await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
      if (dialog.returnValue !== "yes") return say("Left as they are.");
      say("Putting back…");
      const { replayed } = await replay();
      say(`${replayed} put back.`);
    } catch (error) {
      say(`That did not work: ${error.message}`);
    }
  }
}

function say(text) {
  byId("replayed").textContent = text;
}

function status(code) {
  const [shape, words] = STATUSES[code];
  return h("p", { class: "status", "data-status": code }, `${shape} ${words}`);
}

/** The processor of a group, whose name ends with it. */
const processor = ({ group }) => group.split(".").at(-1);

const decimals = (value) => value.toFixed(value < 10 ? 1 : 0);

function figure(name, shown, course) {
  const now = course.at(-1);
  const known = course.filter((value) => value !== null);
  const words = [now === null ? "unknown" : shown(now), `most ${shown(Math.max(0, ...known))}`];
  return h(
    "figure",
    {},
    h("figcaption", {}, name, h("span", {}, h("b", {}, words[0]), `  ${words[1]}`)),
    line(known, `${name}: ${words.join(", ")}`),
  );
}

function row(letter) {
  return h(
    "tr",
    {},
    h("td", {}, time(letter.at)),
    h("td", {}, h("b", {}, letter.error ?? "unknown"), h("br"), letter.message ?? ""),
    h("td", {}, `${letter.processor}: ${letter.topic}[${letter.partition}]@${letter.offset}`),
    h("td", {}, h("code", {}, letter.value ?? "no value"), h("span", { class: "hint" }, ` ${letter.size} bytes`)),
  );
}
