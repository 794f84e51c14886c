// The desk of those who serve nobody: the clerk's new tickets, and talks that quality reads.

import { $, attempt, call, clock, list, make, str } from "./core.js";
import { showTicket } from "./sheet.js";

const LOOK_EVERY = 20_000;
const PAGE = 100; // as many as the desk gives at once
const REASON = { asked: "要求人工", angry: "情绪激动", missed: "没听懂" };
const SEVERITY = { breach: "须改", warning: "提醒", info: "建议" };
const FIRST = {
  work_tickets: "点左边的工单，看内容并派发到部门。",
  read_others_talks: "点左边的会话来读。坐席的话不合规范时，下面会标出是哪一条、怎么说更好。",
};

let labels = { rights: [], kinds: {}, centres: [] };
let openTalk = () => {};
let timer;

const may = (right) => labels.rights.includes(right);
/** What this desk is for: nobody here may serve, so it is one of these, or nothing but reading. */
const purpose = () => Object.keys(FIRST).find(may);

async function look() {
  clearTimeout(timer);
  if (purpose() === "work_tickets") await attempt(async () => draw("待派发", list((await call("GET", "/tickets", { query: { state: "registered" } })).tickets), ticketRow, "没有等着派发的工单"));
  else if (purpose()) await attempt(async () => draw("最近一周的人工会话", list((await call("GET", "/desk/talks")).talks), talkRow, "最近一周没有人工会话"));
  timer = setTimeout(look, LOOK_EVERY);
}

function draw(title, rows, row, none) {
  const focused = document.activeElement?.dataset?.id;
  $("work-title").textContent = `${title} ${rows.length < PAGE ? rows.length : `${PAGE}+`}`;
  $("work").replaceChildren(...(rows.length ? rows.map((each) => make("li", {}, row(each))) : [make("li", { className: "empty", text: none })]));
  if (focused) $("work").querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

const ticketRow = (ticket) => make("button", { type: "button", className: "row", data: { id: ticket.no, wait: ticket.urgent ? "too_long" : "" }, on: () => showTicket(ticket.no) },
  make("b", { text: labels.kinds[ticket.kind] ?? ticket.kind }),
  make("span", { className: "waited", text: ticket.urgent ? "紧急" : ticket.due_at ? `${clock(ticket.due_at)} 前` : "" }),
  make("span", { className: "line", text: str(ticket.fields.address || ticket.fields.words) }),
  make("span", { className: "line", text: ticket.no }));

const talkRow = (talk) => make("button", { type: "button", className: "row", data: { id: talk.conversation_id }, on: () => openTalk(talk.conversation_id) },
  make("b", { text: talk.agent }),
  make("span", { className: "soft", text: talk.rating ? `评价 ${talk.rating}` : "" }),
  make("span", { className: "line", text: `${clock(talk.at)} · ${REASON[talk.reason] ?? talk.reason} · ${labels.centres.find((each) => each.name === talk.profile)?.title ?? talk.profile}` }));

/** Marks under each line of an agent what offends against the documents. */
export async function judge(log, profile) {
  if (purpose() !== "read_others_talks") return;
  for (const line of log.querySelectorAll("[data-sender=agent]:not([data-judged])")) {
    line.dataset.judged = "yes";
    const text = line.querySelector(".body").textContent;
    const found = await call("POST", "/etiquette", { body: { text, profile } }).catch(() => null);
    if (!found) {
      line.append(make("div", { className: "when failed", text: "这一句暂时没能检查，重新打开会话再试。" }));
      return;
    }
    line.append(...list(found.findings).map((each) => make("div", { className: "finding", data: { severity: each.severity } },
      make("p", {}, make("b", { text: `${SEVERITY[each.severity] ?? ""} ` }), make("span", { text: str(each.message) }),
        make("mark", { text: text.slice(each.span[0], each.span[1]) }), make("span", { className: "soft", text: str(each.document) })))));
  }
}

/** Begins the desk of somebody who serves nobody; `show(id)` opens a conversation. */
export function beginRole(known, { show }) {
  labels = known;
  openTalk = show;
  $("who").textContent = known.me;
  $("nothing").querySelector(".soft").textContent = FIRST[purpose()] ?? "";
  look();
}

addEventListener("ticket-changed", () => { if (timer) look(); });
