// The queue at the left: who waits and how long, whose turn it is, what is unread.

import { $, lasted, make, str, tell } from "./core.js";
import { missed, open, queue, setQueue } from "./state.js";

export const REASON = { asked: "要求人工", angry: "情绪激动", missed: "没听懂" };
export const TURN = { agent: "等您回复", customer: "等客户" };

let skew = 0; // the server's clock less ours, in ms
let choose = () => {};
/** Called with the conversation whose row was pressed. */
export const whenChosen = (act) => { choose = act; };

export function takeQueue(next) {
  const waited = new Set(queue.waiting.map((each) => each.conversation_id));
  skew = new Date(next.now) - Date.now();
  const arrived = queue.me && next.waiting.some((each) => !waited.has(each.conversation_id));
  setQueue(next);
  // what is open before the agent's eyes is read, whatever was counted on the way
  const before = document.hidden || missed ? null : next.mine.find((each) => each.conversation_id === open?.conversation_id);
  if (before) before.unread = 0;
  $("who").textContent = next.me.name;
  drawRows("waiting", next.waiting);
  drawRows("mine", next.mine);
  drawRows("others", next.others);
  $("others-part").hidden = !next.others.length;
  $("waiting-count").textContent = next.waiting.length;
  $("mine-count").textContent = next.mine.length;
  $("next").disabled = !next.waiting.length;
  const taking = next.on_duty.filter((each) => each.taking).length;
  $("on-duty").textContent = `在岗 ${next.on_duty.length} 人，接待中 ${taking} 人`;
  const unread = next.mine.reduce((sum, each) => sum + each.unread, 0);
  document.title = `${next.waiting.length || unread ? `(${next.waiting.length}/${unread}) ` : ""}坐席工作台`;
  if (arrived) tell("有客户在等人工");
  drawCalled(next.waiting.filter((each) => each.calls_me));
}

/** Somebody waits so long that it is this person's business now. */
function drawCalled(waiting) {
  $("called").hidden = !waiting.length;
  const words = waiting.length ? `${waiting.length} 位客户等得太久，最久 ${lasted(Math.max(...waiting.map(secondsOf)))}：请接待，或安排人接待` : "";
  if ($("called").textContent !== words) $("called").textContent = words;
}

export function drawRows(id, rows) {
  const place = $(id);
  // a busy queue changes several times a second: a row that stays keeps its element, or a click
  // that began before the change would be lost, and the keyboard its place
  const drawn = new Map([...place.querySelectorAll(".row")].map((element) => [element.dataset.id, element.parentElement]));
  const items = rows.length ? rows.map((each) => item(drawn.get(each.conversation_id), each)) : [make("li", { className: "empty", text: id === "waiting" ? "没有人在等" : "还没有接待中的会话" })];
  for (const before of [...place.children]) if (!items.includes(before)) before.remove();
  items.forEach((each, at) => { if (place.children[at] !== each) place.insertBefore(each, place.children[at] ?? null); });
}

function item(drawn, each) {
  const place = drawn ?? make("li", {}, make("button", { type: "button", className: "row", data: { id: each.conversation_id }, on: () => choose(each.conversation_id) },
    make("b"), make("span"), make("span", { className: "line" }), make("span", { className: "line" })));
  fillRow(place.firstElementChild, each);
  return place;
}

function fillRow(element, each) {
  const isUnread = each.agent && each.unread;
  const [name, state, line, why] = element.children;
  element.dataset.wait = each.agent ? "" : waitOf(each);
  element.setAttribute("aria-current", String(open?.conversation_id === each.conversation_id));
  name.textContent = nameOf(each);
  state.className = isUnread ? "unread" : each.agent ? "" : "waited";
  state.textContent = isUnread ? `${each.unread} 条未读` : each.agent ? TURN[each.turn] ?? "" : waited(each);
  line.textContent = each.last_text || each.summary.matter || (each.summary.is_sealed ? "内容已封存" : "");
  why.textContent = each.agent ? "" : `${each.centre} · ${REASON[each.reason]}`;
  why.hidden = Boolean(each.agent);
}

export const nameOf = (each) => str(each.summary?.details?.name) || `客户 ${str(each.conversation_id).slice(0, 4)}`;
const WAIT = { short: "", long: " 久等", too_long: " 超时", far_too_long: " 严重超时" };
const secondsOf = (each) => (Date.now() + skew - new Date(each.waits_since)) / 1000;
const waitOf = (each) => Object.keys(WAIT)[each.limits_s.filter((limit) => secondsOf(each) >= limit).length];
const waited = (each) => lasted(secondsOf(each)) + WAIT[waitOf(each)];

setInterval(() => {
  for (const element of document.querySelectorAll("#waiting .row")) {
    const each = queue.waiting.find((one) => one.conversation_id === element.dataset.id);
    if (!each) continue;
    element.querySelector(".waited").textContent = waited(each);
    element.dataset.wait = waitOf(each);
  }
}, 1_000);
