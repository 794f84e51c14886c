// The folded lists behind what is owed: whom to phone, events, reports, and every owner's day. Each is read when it is opened.

import { $, attempt, call, clock, list, make, Problem, tell } from "./core.js";
import { ticketRow } from "./sheet.js";
import { centreTitle, labels, may, until } from "./words.js";

const ENDED = new Set(["filed", "withdrawn", "merged"]);
let parts = [];

/** The same question to every centre, in one list; each answer knows where it came from. */
async function everywhere(path, name) {
  const centres = labels.centres.map((each) => each.name);
  const found = await Promise.all(centres.map((profile) => call("GET", path, { query: { profile } })));
  return found.flatMap((each, at) => list(each[name]).map((one) => ({ profile: centres[at], ...one })));
}

const PARTS = [
  { title: "我的未清", right: "work_tickets", none: "您没有未清的工单", read: () => everywhere("/tickets/open", "tickets"), row: openRow },
  { title: "待电话回访", right: "work_tickets", none: "没有要打电话回访的工单", read: () => everywhere("/tickets/to-phone", "tickets"),
    row: (each) => ticketRow(each, [each.fields.phone ? `电话 ${each.fields.phone}` : "没有电话", each.tries ? `已有 ${each.tries} 次没联系上` : ""].filter(Boolean).join(" · ")) },
  { title: "正在进行的事件", right: "read_tickets", none: "没有正在进行的事件", read: () => everywhere("/events", "events"), row: eventRow },
  { title: "举报", right: "read_reports", none: "没有未办结的举报",
    read: async () => list((await call("GET", "/tickets", { query: { kind: "report" } })).tickets).filter((each) => !ENDED.has(each.state)),
    row: (each) => ticketRow(each, [centreTitle(each.profile), each.owner || "无人负责", clock(each.registered_at)].join(" · ")) },
  { title: "今日未清（按人）", right: "review", none: "今天没有未清的工单", read: () => everywhere("/tickets/review", "owners"), row: ownerRow },
];

function part({ title, none, read, row }) {
  const place = make("div", { className: "pairs" });
  const count = make("span");
  let asked = 0;
  const load = async () => {
    const turn = asked += 1;
    const waits = setTimeout(() => { if (!place.childElementCount) place.replaceChildren(make("p", { className: "empty", text: "正在取…" })); }, 200);
    try {
      const found = await read();
      if (turn !== asked) return; // an older answer that came late
      count.textContent = ` ${found.length}`;
      place.replaceChildren(...(found.length ? found.map((each) => row(each, load)) : [make("p", { className: "empty", text: none })]));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      place.replaceChildren(make("p", { className: "bad", text: problem.message }), make("button", { type: "button", text: "重试", on: load }));
    } finally {
      clearTimeout(waits);
    }
  };
  const element = make("details", {}, make("summary", {}, make("b", { text: title }), count), place);
  element.addEventListener("toggle", () => { if (element.open) load(); });
  return { element, refresh: () => { if (element.open) load(); } };
}

function openRow(ticket) {
  return ticketRow(ticket, [ticket.due_at ? until(ticket.due_at) : "没有时限", ticket.handler ? `处理 ${ticket.handler}` : ""].filter(Boolean).join(" · "));
}

function eventRow(event, again) {
  const restore = event.restore_at ? `预计 ${clock(event.restore_at)} 恢复` : "恢复时间未定";
  const words = make("p", { className: "bad" });
  words.setAttribute("role", "alert");
  const note = make("input", { maxLength: 2000 });
  const end = make("button", { type: "button", className: "act", text: "确认结束并通知", on: (press) => attempt(async () => {
    await call("POST", `/events/${encodeURIComponent(event.no)}/end`, { body: { version: event.version, note: note.value.trim() } }).then(
      () => { tell(`事件已结束，正在通知 ${event.reports} 位报修的客户`); dispatchEvent(new Event("ticket-changed")); again(); },
      (problem) => { words.textContent = problem.message; throw problem; });
  }, press.currentTarget) });
  const sure = make("div", { hidden: true },
    make("p", { text: `登记过的 ${event.reports} 张工单会一起答复，报修的客户每人收到一条恢复通知。` }),
    make("label", {}, make("span", { text: "给同事的说明（可不填）" }), note), end, words);
  const ask = make("button", { type: "button", text: "结束并通知", on: () => { sure.hidden = !sure.hidden; if (!sure.hidden) note.focus(); } });
  return make("div", { className: "event", data: { event: event.no } },
    make("p", {}, make("b", { text: `${event.area} ${event.matter}` }), ` ${event.no}`),
    make("p", { className: "soft", text: [centreTitle(event.profile), `${event.reports} 张工单`, `${clock(event.began_at)} 开始`, event.cause, restore].filter(Boolean).join(" · ") }),
    make("div", { className: "choices" }, may("work_tickets") ? ask : null), sure);
}

function ownerRow(day) {
  const place = make("div", { className: "pairs" });
  const figures = [`未清 ${day.open}`, day.late ? `超时 ${day.late}` : "", day.due_today ? `今天到期 ${day.due_today}` : "", day.carried_over ? `往日留下 ${day.carried_over}` : ""].filter(Boolean).join(" · ");
  const element = make("details", {}, make("summary", {}, make("b", { text: day.owner || "无人负责" }), ` ${figures} · ${centreTitle(day.profile)}`), place);
  element.addEventListener("toggle", () => element.open && attempt(async () => {
    const { tickets } = await call("GET", "/tickets/open", { query: { profile: day.profile, owner: day.owner } });
    place.replaceChildren(...list(tickets).map(openRow));
  }));
  return element;
}

/** The lists that this role may see, folded. */
export function drawMore() {
  if (parts.length) return;
  parts = PARTS.filter((each) => may(each.right)).map(part);
  $("owed-more").replaceChildren(...parts.map((each) => each.element));
}

/** Another person may have signed in: their lists are their own. */
export function beginMore() {
  parts = [];
  $("owed-more").replaceChildren();
}

const refresh = () => { for (const each of parts) each.refresh(); };
addEventListener("ticket-changed", refresh);
