// What those who lead are told of talks: waits that were too long, and customers who were not
// content. It stays until one of them takes note of it, whether or not a page was open.

import { $, attempt, call, clock, list, make, Problem, tell } from "./core.js";
import { labels } from "./state.js";

const LOOK_EVERY = 20_000;
const TITLE = { waited: "等人工太久", rated_bad: "评价不满意" };
const BACK = { call_back: "已改为回电", given_back: "已结束" };

let openTalk = () => {};
let newest = null; // the last one that was told of on this page
let drawn = null; // the numbers of those that are shown
let timer;

const minutes = (seconds) => `等了 ${Math.floor(seconds / 60)} 分钟以上`;
const words = (each) => [each.over_s ? minutes(each.over_s) : "", each.agent ? `${each.agent} 接待` : BACK[each.how_ended] ?? "", each.centre].filter(Boolean).join(" · ");

const row = (each) => make("li", { className: "alarm" },
  make("button", { type: "button", className: "row", data: { id: each.conversation_id, wait: "too_long" }, on: () => openTalk(each.conversation_id) },
    make("b", { text: TITLE[each.kind] ?? each.kind }),
    make("span", { className: "soft", text: clock(each.at) }),
    make("span", { className: "line", text: words(each) })),
  make("button", { type: "button", text: "知道了", on: (event) => note(each, event.currentTarget) }));

async function note(each, key) {
  if (await attempt(() => call("POST", `/desk/alarms/${Number(each.id)}/note`), key)) look();
}

async function look() {
  clearTimeout(timer);
  try {
    draw(list((await call("GET", "/desk/alarms")).alarms));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401 || problem.status === 403) return; // another person will sign in
  }
  clearTimeout(timer); // another look may have come between
  timer = setTimeout(look, LOOK_EVERY);
}

function draw(alarms) {
  const ids = alarms.map((each) => each.id).join();
  if (ids === drawn) return; // whoever is among them with the keyboard stays there
  drawn = ids;
  $("alarms-part").hidden = !alarms.length;
  $("alarms-count").textContent = alarms.length;
  $("alarms").replaceChildren(...alarms.map(row));
  const [last] = alarms;
  if (newest !== null && last && last.id > newest) tell(`${TITLE[last.kind] ?? last.kind}：${words(last)}，见左边的会话提醒`, { bad: true });
  newest = Math.max(newest ?? 0, last?.id ?? 0);
}

/** Begins to look where the role answers for talks; `show(id)` opens a conversation. */
export function beginAlarms({ show }) {
  clearTimeout(timer);
  openTalk = show;
  newest = drawn = null;
  $("alarms-part").hidden = true;
  if (labels.rights.includes("answer_for_talks")) look();
}

/** Something has just happened that may be one. */
export const lookAgain = look;
