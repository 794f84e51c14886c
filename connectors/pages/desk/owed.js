// What is owed: the line under the queue, the list behind it, and alarms.

import { $, attempt, call, clock, list, make, Problem, tell } from "./core.js";
import { beginMore, drawMore } from "./owed_more.js";
import { beginSheet, showTicket, ticketRow } from "./sheet.js";
import { ALARM, WHAT, labels, may, nearest, titleOf } from "./words.js";

const LOOK_EVERY = 20_000;
const URGENT = new Set(["breach", "climb", "judged"]);

let seen = { counts: { open: 0, late: 0, due_soon: 0 }, late: [], due_soon: [], alarms: [] };
let skew = 0;
let newest = null; // the last alarm that was told of on this page
let timer;

// ---------------------------------------------------------------- the line and the list

async function look() {
  clearTimeout(timer);
  try {
    take(await call("GET", "/tickets/outstanding"));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401 || problem.status === 403) return;
    $("owed").textContent = "未清数暂时取不到，稍后自动重试";
  }
  timer = setTimeout(look, LOOK_EVERY);
}

function take(found) {
  seen = found;
  skew = new Date(found.now) - Date.now();
  const { open, late, due_soon: soon } = found.counts;
  const alarms = list(found.alarms);
  $("owed").replaceChildren(
    make("span", { text: `${found.sees_all ? "今日未清" : "我的未清"} ${open}` }),
    make("span", { className: soon ? "soon" : "", text: `将超时 ${soon}` }),
    make("span", { className: late ? "late" : "", text: `已超时 ${late}` }),
    alarms.length ? make("span", { className: "unread", text: `${alarms.length} 条提醒` }) : "");
  const last = Math.max(0, ...alarms.map((each) => each.id));
  if (newest !== null && last > newest) {
    const each = alarms.find((one) => one.id === last);
    tell(`${ALARM[each.kind] ?? each.kind}：工单 ${each.ticket.no} ${titleOf(each.ticket)}。按 Alt+O 查看`, { bad: URGENT.has(each.kind) });
  }
  newest = Math.max(newest ?? 0, last);
  if ($("owed-list").open) draw();
}

function draw() {
  const focused = document.activeElement?.dataset?.no;
  const isHere = $("owed-parts").contains(document.activeElement);
  const part = (title, rows, none) => make("section", {}, make("h3", { text: `${title} ${rows.length}` }),
    rows.length ? make("ol", { className: "rows" }, ...rows) : make("p", { className: "empty", text: none }));
  $("owed-parts").replaceChildren(
    part("提醒", list(seen.alarms).map(alarmRow), "没有要您知道的提醒"),
    part("已超时", list(seen.late).map((each) => owedRow(each, "too_long")), "没有超时的工单"),
    part("将超时", list(seen.due_soon).map((each) => owedRow(each, "long")), "没有快到时限的工单"));
  // whoever is elsewhere in the list, or in a ticket above it, stays there
  if (!isHere) return;
  const rows = [...$("owed-parts").querySelectorAll(".row")];
  (rows.find((each) => each.dataset.no === focused) ?? rows[0])?.focus();
}

function alarmRow(each) {
  const what = WHAT[each.what] ? `${WHAT[each.what]}时限 ${clock(each.due_at)}` : clock(each.raised_at);
  return make("li", { className: "alarm" },
    ticketRow(each.ticket, `${ALARM[each.kind] ?? each.kind} · ${what}`, URGENT.has(each.kind) ? "too_long" : "long"),
    may("work_tickets") ? make("button", { type: "button", text: "知道了", on: (event) => note(each, event.target) }) : null);
}
const owedRow = (ticket, wait) => {
  const { what, words } = nearest(ticket, skew);
  const told = labels.posts[ticket.profile]?.[ticket.told];
  return make("li", {}, ticketRow(ticket, [what, words, ticket.owner || "无人负责", told ? `已报 ${told}` : ""].filter(Boolean).join(" · "), wait));
};

async function note(alarm, key) {
  const noted = await attempt(() => call("POST", `/tickets/${alarm.ticket.no}/note`, { body: { up_to: alarm.id } }), key);
  if (noted) await look();
}

export function openOwed() {
  if ($("owed-list").open) return;
  draw();
  drawMore();
  $("owed-list").showModal();
  $("owed-parts").querySelector(".row")?.focus();
  look();
}

function arrows(event) {
  if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || event.target.matches("input, textarea, select")) return;
  const rows = [...$("owed-list").querySelectorAll(".row, #owed-more summary")].filter((each) => each.checkVisibility?.() ?? true);
  const next = rows[rows.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

// ---------------------------------------------------------------- life

/** Begins to look; `show(id)` opens a conversation on the page. */
export function beginOwed({ show }) {
  beginSheet({ show });
  beginMore();
  newest = null;
  look();
}

$("owed-find").addEventListener("submit", (event) => {
  event.preventDefault();
  const no = $("owed-no").value.replaceAll(/\s/g, "");
  if (no) showTicket(no);
});
$("owed").addEventListener("click", openOwed);
$("owed-list").addEventListener("keydown", arrows);
for (const id of ["owed-list", "sheet"]) $(id).addEventListener("click", (event) => { if (event.target.dataset.closes) $(id).close(); });
addEventListener("ticket-changed", look);
