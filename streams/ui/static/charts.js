/** Small charts, drawn as SVG. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 28;
/** Values that a line has room for at least. */
const FEWEST = 30;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function chart(label, ...children) {
  return svg(
    "svg",
    {
      class: "chart",
      role: "img",
      "aria-label": label,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
    },
    svg("line", { class: "base", x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
    ...children,
  );
}

/** Bars from the oldest value to the newest. */
export function bars(values, label) {
  const highest = Math.max(1, ...values);
  const step = WIDTH / values.length;
  return chart(
    label,
    ...values.flatMap((value, index) => {
      if (!value) return [];
      const height = (value / highest) * (HEIGHT - 2);
      return svg("rect", { x: index * step + 0.5, y: HEIGHT - height, width: step - 1, height });
    }),
  );
}

/** A line from the oldest value to the newest, which ends at the right. */
export function line(values, label) {
  const most = Math.max(FEWEST, values.length);
  const highest = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const x = WIDTH - ((values.length - 1 - index) / (most - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 1 - (value / highest) * (HEIGHT - 4)).toFixed(1)}`;
  });
  return chart(label, svg("polyline", { points: points.join(" ") }));
}
