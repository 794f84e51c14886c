// What is owed: the line under the queue, the list behind it, alarms, and one ticket as a sheet.

import { $, attempt, call, clock, lasted, list, make, Problem, str, tell } from "./core.js";

const LOOK_EVERY = 20_000;
const WHAT = { form: "投诉处理单", first_response: "首次响应", on_site: "到达现场", answer: "答复", resolve: "办结", follow_up: "回访" };
const VERDICT = { unset: "未定时限", running: "进行中", warn: "将超时", breached: "已超时", met: "按时", stopped: "已停止" };
const ALARM = { warning: "将超时", breach: "已超时", climb: "超时上报", urged: "客户催办", judged: "重大事项", event: "事件待确认" };
const URGENT = new Set(["breach", "climb", "judged"]);
const EVENT = { urged: "催办", postponed: "延期", merged: "合并", linked: "关联", rerouted: "改派", amended: "修改" };

let labels = { kinds: {}, states: {}, centres: [], rights: [] };
let seen = { counts: { open: 0, late: 0, due_soon: 0 }, late: [], due_soon: [], alarms: [] };
let skew = 0;
let newest = null; // the last alarm that was told of on this page
let openTalk = () => {};
let timer;

export const may = (right) => labels.rights.includes(right);
const titleOf = (ticket) => `${labels.kinds[ticket.kind] ?? ticket.kind} ${str(ticket.fields?.address || ticket.fields?.words)}`.trim();

/** The earliest limit of a ticket that is not met: its name, and how late or how near it is. */
function nearest(ticket) {
  const open = Object.entries(ticket.due).filter(([, each]) => each.due_at && !each.closed_at);
  const [what, each] = open.sort(([, one], [, other]) => new Date(one.due_at) - new Date(other.due_at))[0] ?? [];
  if (!each) return { what: "", words: "" };
  const seconds = (new Date(each.due_at) - Date.now() - skew) / 1000;
  return { what: WHAT[what] ?? what, words: seconds < 0 ? `超时 ${span(-seconds)}` : `还有 ${span(seconds)}` };
}
/** Long times in days: nobody reads 96:12:05. */
const span = (seconds) => (seconds < 86_400 ? lasted(seconds) : `${Math.floor(seconds / 86_400)} 天 ${Math.floor(seconds / 3600) % 24} 小时`);

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
  const part = (title, rows, none) => make("section", {}, make("h3", { text: `${title} ${rows.length}` }),
    rows.length ? make("ol", { className: "rows" }, ...rows) : make("p", { className: "empty", text: none }));
  $("owed-parts").replaceChildren(
    part("提醒", list(seen.alarms).map(alarmRow), "没有要您知道的提醒"),
    part("已超时", list(seen.late).map((each) => owedRow(each, "too_long")), "没有超时的工单"),
    part("将超时", list(seen.due_soon).map((each) => owedRow(each, "long")), "没有快到时限的工单"));
  const rows = [...$("owed-parts").querySelectorAll(".row")];
  (rows.find((each) => each.dataset.no === focused) ?? rows[0])?.focus();
}

function alarmRow(each) {
  const what = WHAT[each.what] ? `${WHAT[each.what]}时限 ${clock(each.due_at)}` : clock(each.raised_at);
  return make("li", { className: "alarm" },
    row(each.ticket, `${ALARM[each.kind] ?? each.kind} · ${what}`, URGENT.has(each.kind) ? "too_long" : "long"),
    may("work_tickets") ? make("button", { type: "button", text: "知道了", on: (event) => note(each, event.target) }) : null);
}
const owedRow = (ticket, wait) => {
  const { what, words } = nearest(ticket);
  const told = labels.posts[ticket.profile]?.[ticket.told];
  return make("li", {}, row(ticket, [what, words, ticket.owner || "无人负责", told ? `已报 ${told}` : ""].filter(Boolean).join(" · "), wait));
};
const row = (ticket, words, wait) => make("button", { type: "button", className: "row", data: { no: ticket.no, wait }, on: () => showTicket(ticket.no) },
  make("b", { text: `${ticket.no} ${labels.kinds[ticket.kind] ?? ticket.kind}` }),
  make("span", { className: "waited", text: ticket.urgent ? "紧急" : labels.states[ticket.state] ?? ticket.state }),
  make("span", { className: "line", text: str(ticket.fields?.address || ticket.fields?.words) }),
  make("span", { className: "line", text: words }));

async function note(alarm, key) {
  const noted = await attempt(() => call("POST", `/tickets/${alarm.ticket.no}/note`, { body: { up_to: alarm.id } }), key);
  if (noted) await look();
}

export function openOwed() {
  if ($("owed-list").open) return;
  draw();
  $("owed-list").showModal();
  $("owed-parts").querySelector(".row")?.focus();
  look();
}

function arrows(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...$("owed-parts").querySelectorAll(".row")];
  const next = rows[rows.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

// ---------------------------------------------------------------- one ticket

/** Opens a ticket over the page: what it says, what is owed, what has happened. */
export async function showTicket(no) {
  const ticket = await attempt(() => call("GET", `/tickets/${encodeURIComponent(no)}`));
  if (!ticket) return;
  drawTicket(ticket);
  if (!$("sheet").open) $("sheet").showModal();
}

function drawTicket(ticket) {
  const centre = labels.centres.find((each) => each.name === ticket.profile);
  const named = Object.fromEntries(list(centre?.kinds[ticket.kind]?.fields).map((each) => [each.name, each.label]));
  $("sheet-title").textContent = `工单 ${ticket.no}`;
  $("sheet-tags").replaceChildren(...[labels.kinds[ticket.kind] ?? ticket.kind, labels.states[ticket.state] ?? ticket.state,
    ticket.urgent ? "紧急" : "", ticket.urges ? `催办 ${ticket.urges} 次` : "", labels.departments[ticket.profile]?.[ticket.department] ?? "",
    ticket.owner ? `首问 ${ticket.owner}` : "无人负责"].filter(Boolean).map((text) => make("span", { className: "tag", text })));
  const fields = Object.entries(ticket.fields).filter(([name, value]) => str(value) && (named[name] || labels.fields[name]));
  $("sheet-fields").replaceChildren(...fields.flatMap(([name, value]) => [make("dt", { text: named[name] ?? labels.fields[name] }), make("dd", { text: value })]));
  $("sheet-due").replaceChildren(...Object.entries(ticket.due).map(([what, each]) => make("li", { data: { verdict: each.verdict } },
    make("b", { text: WHAT[what] ?? what }),
    make("span", { text: each.due_at ? `${clock(each.due_at)} 前` : "" }),
    make("span", { className: "verdict", text: `${VERDICT[each.verdict] ?? each.verdict}${each.provisional ? "（暂定）" : ""}` }))));
  $("sheet-history").replaceChildren(...[...list(ticket.history)].reverse().map((each) => make("li", {},
    make("span", { className: "soft", text: `${clock(each.at)} ${each.actor}` }),
    make("span", { text: ` ${EVENT[each.event] ?? labels.states[each.state] ?? each.state}${each.note ? `：${each.note}` : ""}` }))));
  const talk = $("sheet-talk");
  talk.hidden = !ticket.conversation_id;
  talk.onclick = () => {
    $("sheet").close();
    $("owed-list").close();
    openTalk(ticket.conversation_id);
  };
  drawDispatch(ticket);
}

/** Who works on tickets sends a new one to the department whose it is. */
function drawDispatch(ticket) {
  const place = $("sheet-dispatch");
  place.hidden = ticket.state !== "registered" || !may("work_tickets");
  if (place.hidden) return;
  const select = make("select", { name: "department" }, ...Object.entries(labels.departments[ticket.profile] ?? {}).map(([value, text]) => make("option", { value, text })));
  select.setAttribute("aria-label", "派发到的部门");
  if (ticket.department) select.value = ticket.department;
  const send = make("button", { type: "button", className: "act", text: "派发", on: (event) => attempt(async () => {
    await call("PATCH", `/tickets/${ticket.no}`, { body: { version: ticket.version, state: "dispatched", department: select.value } });
    tell(`工单 ${ticket.no} 已派发`);
    await showTicket(ticket.no);
    dispatchEvent(new Event("ticket-changed"));
  }, event.target) });
  place.replaceChildren(select, send);
}

// ---------------------------------------------------------------- life

/** Begins to look; `show(id)` opens a conversation on the page. */
export function beginOwed(known, { show }) {
  labels = known;
  openTalk = show;
  newest = null;
  look();
}

$("owed").addEventListener("click", openOwed);
$("owed-parts").addEventListener("keydown", arrows);
for (const id of ["owed-list", "sheet"]) $(id).addEventListener("click", (event) => { if (event.target.dataset.closes) $(id).close(); });
addEventListener("ticket-changed", look);
