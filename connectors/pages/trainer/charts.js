// Drawings: how far a probability can be trusted, publications over time, how days and entries went.

import { make } from "/desk/core.js";
import { FIGURE, percent, VERDICT } from "./words.js";

const SPACE = "http://www.w3.org/2000/svg";
const SIZE = 300, LEFT = 40, TOP = 14, BELOW = 40;
// told apart by shape too, not by colour alone
const SERIES = [["hit@1", "s1", ""], ["hit@3", "s2", "6 3"], ["precision", "s3", "2 3"], ["coverage", "s4", "8 3 2 3"], ["false_answers", "s5", "1 4"]];

function part(tag, properties, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const NARROW = matchMedia("(max-width: 760px)");
const ROW = 22; // of a legend

/** How a drawing with a legend of `rows` is laid out: beside the picture, on a phone under it. */
function layout(rows, beside) {
  const isNarrow = NARROW.matches;
  const width = isNarrow ? 380 : 640;
  return {
    width,
    room: isNarrow ? width - LEFT - 24 : width - LEFT - beside,
    height: SIZE + TOP + BELOW + (isNarrow ? rows * ROW : 0),
    legend: (row) => (isNarrow ? [LEFT, TOP + SIZE + BELOW + 14 + row * ROW] : [width - beside + 12, TOP + 14 + row * ROW]),
  };
}

const label = (x, y, text, more = {}) => part("text", { x, y, ...more }, text);
const round = (value) => Math.round(value * 10) / 10;

function frame(width, told) {
  const svg = part("svg", { viewBox: `0 0 ${width} ${SIZE + TOP + BELOW}`, role: "img", "aria-label": told, class: "chart" });
  for (let step = 0; step <= 5; step += 1) {
    const y = TOP + SIZE * (1 - step / 5);
    svg.append(part("line", { x1: LEFT, x2: width - 24, y1: y, y2: y, class: "grid" }), label(LEFT - 6, y + 4, percent(step / 5), { "text-anchor": "end" }));
  }
  return svg;
}

/** Points { predicted, observed, count }: on the diagonal, a probability means what it says. */
export function reliability(points) {
  const width = LEFT + SIZE + 24;
  const svg = frame(width, "可信度：给出的把握与实际答对的比例");
  const at = (x, y) => [round(LEFT + SIZE * x), round(TOP + SIZE * (1 - y))];
  const line = (those, kind) => part("polyline", { points: those.map(([x, y]) => at(x, y).join(",")).join(" "), class: kind });
  for (let step = 0; step <= 5; step += 1) svg.append(label(LEFT + SIZE * step / 5, TOP + SIZE + 20, percent(step / 5), { "text-anchor": "middle" }));
  svg.append(label(LEFT + SIZE / 2, TOP + SIZE + 34, "给出的把握", { "text-anchor": "middle" }), line([[0, 0], [1, 1]], "ideal"), line(points.map((each) => [each.predicted, each.observed]), "s1"));
  const most = Math.max(...points.map((each) => each.count), 1);
  for (const each of points) {
    const [x, y] = at(each.predicted, each.observed);
    svg.append(part("circle", { cx: x, cy: y, r: round(3 + 7 * Math.sqrt(each.count / most)), class: "dot" }, part("title", {}, `${each.count} 题：给出 ${percent(each.predicted, 1)}，答对 ${percent(each.observed, 1)}`)));
  }
  return svg;
}

/** Publications oldest first; those the gate refused are hollow and not joined. */
export function figures(publications) {
  const shown = publications.filter((each) => each.figures["hit@1"] !== undefined);
  const { width, room, height, legend } = layout(SERIES.length, 150);
  const svg = frame(LEFT + room + 24, "每次发布的测试成绩");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const across = (place) => round(LEFT + room * (place + 0.5) / shown.length);
  const up = (share) => round(TOP + SIZE * (1 - share));
  const every = Math.ceil(shown.length / 12) || 1;
  shown.forEach((each, place) => { if (place % every === 0) svg.append(label(across(place), TOP + SIZE + 16, each.no, { "text-anchor": "middle" })); });
  svg.append(label(LEFT + room / 2, TOP + SIZE + 34, "发布编号", { "text-anchor": "middle" }));
  SERIES.forEach(([name, kind, dashes], row) => {
    const went = shown.map((each, place) => [place, each]).filter(([, each]) => each.verdict !== "refused");
    svg.append(part("polyline", { points: went.map(([place, each]) => `${across(place)},${up(each.figures[name])}`).join(" "), class: kind, "stroke-dasharray": dashes }));
    shown.forEach((each, place) => {
      const isRefused = each.verdict === "refused";
      svg.append(part("circle", { cx: across(place), cy: up(each.figures[name]), r: 3.5, class: `${kind} mark ${isRefused ? "hollow" : ""}` }, part("title", {}, `第 ${each.no} 次：${FIGURE[name]} ${percent(each.figures[name], 1)}，${VERDICT[each.verdict]}`)));
    });
    const [x, y] = legend(row);
    svg.append(part("line", { x1: x, x2: x + 26, y1: y - 4, y2: y - 4, class: kind, "stroke-dasharray": dashes }), label(x + 32, y, FIGURE[name]));
  });
  return svg;
}

// how a turn ended, from the best below to the worst above; told apart by the legend's order too
export const ENDED = ["answered", "filed", "clarified", "handed_over", "none", "emergency", "other"];

/** One bar for each day, its parts the ways in which the turns ended; `words` their labels. */
export function days(those, words) {
  const { width, room, height: all, legend } = layout(ENDED.length, 118);
  const steps = 5, largest = Math.max(...those.map((each) => each.turns), 1);
  // steps are whole numbers, so that every line of the grid can be read
  const most = steps * Math.ceil(largest / steps);
  const svg = part("svg", { viewBox: `0 0 ${width} ${all}`, role: "img", "aria-label": "每天的客户问话，按怎么回应分", class: "chart bars" });
  for (let step = 0; step <= steps; step += 1) {
    const y = round(TOP + SIZE * (1 - step / steps));
    svg.append(part("line", { x1: LEFT, x2: LEFT + room, y1: y, y2: y, class: "grid" }), label(LEFT - 6, y + 4, most * step / steps, { "text-anchor": "end" }));
  }
  const every = Math.ceil(those.length / 10), each = room / those.length;
  those.forEach((day, place) => {
    let below = 0;
    const x = round(LEFT + each * (place + 0.12));
    for (const name of ENDED.filter((one) => day[one])) {
      const height = SIZE * day[name] / most;
      svg.append(part("rect", { x, y: round(TOP + SIZE - below - height), width: Math.max(round(each * 0.76), 1), height: round(height), class: `e-${name}` }, part("title", {}, `${day.day} ${words[name].label} ${day[name]}`)));
      below += height;
    }
    if (place % every === 0) svg.append(label(x + each * 0.38, TOP + SIZE + 16, `${Number(day.day.slice(5, 7))}/${Number(day.day.slice(8))}`, { "text-anchor": "middle" }));
  });
  [...ENDED].reverse().forEach((name, row) => {
    const [x, y] = legend(row);
    svg.append(part("rect", { x, y: y - 10, width: 12, height: 12, class: `e-${name}` }), label(x + 18, y, words[name].label));
  });
  return svg;
}

const SPOKEN = ["answered", "offered", "no_help"];

/** A bar for each entry: said alone, offered among others; a third one where customers called it no help. */
export function entries(those, words) {
  const most = Math.max(...those.flatMap((each) => [each.answered + each.offered, each.no_help]), 1);
  const bar = (each, name) => {
    const drawn = make("span", { className: `bar b-${name}` });
    drawn.style.inlineSize = percent(0.85 * each[name] / most, 2);
    return drawn;
  };
  const told = (each) => SPOKEN.filter((name) => each[name]).map((name) => `${words[name].label} ${each[name]}`).join("，");
  const row = (each) => make("li", { title: told(each) },
    make("span", { className: "bar-title", text: each.title || each.entry_id }),
    make("span", { className: "bar-line", role: "img", ariaLabel: told(each) }, bar(each, "answered"), bar(each, "offered"), make("span", { className: "number", text: each.answered + each.offered })),
    each.no_help ? make("span", { className: "bar-line", ariaHidden: "true" }, bar(each, "no_help"), make("span", { className: "number", text: each.no_help })) : null);
  return make("div", { className: "entry-chart" },
    make("p", { className: "legend" }, ...SPOKEN.map((name) => make("span", {}, make("span", { className: `bar b-${name}` }), ` ${words[name].label}`))),
    make("ol", {}, ...those.map(row)));
}
