// One ticket as a sheet over the page: all that is known of it, and what may be done next.

import { $, attempt, call, clock, list, make, Problem, str, tell } from "./core.js";
import { openPaper, savePaper } from "./papers.js";
import { beginMoves, drawMoves } from "./sheet_moves.js";
import { doubtsOf } from "./sheet_verbs.js";
import { OUTCOME, PRIORITY, RELATION, VERDICT, WHAT, actorOf, areaOf, classOf, departmentOf, fieldLabels, happened, kindOf, stateOf, until } from "./words.js";

let ticket = null;
let forms = null; // the paper forms there are, asked for once
let openTalk = () => {};

const pathOf = (no, rest = "") => `/tickets/${encodeURIComponent(no)}${rest}`;

/** Opens a ticket over the page. */
export async function showTicket(no) {
  const found = await attempt(() => call("GET", pathOf(no)));
  if (!found) return;
  draw(found);
  drawMoves(ticket);
  if (!$("sheet").open) $("sheet").showModal();
  $("sheet").scrollTop = 0;
  $("sheet-title").focus();
}

/** A ticket as a row that opens it; `words` is the last line, `wait` how pressing it is. */
export const ticketRow = (each, words, wait = "") => make("button", { type: "button", className: "row", data: { no: each.no, wait }, on: () => showTicket(each.no) },
  make("b", { text: `${each.no} ${kindOf(each)}` }),
  make("span", { className: "waited", text: each.urgent ? "紧急" : stateOf(each.state) }),
  make("span", { className: "line", text: str(each.fields?.address || each.fields?.words) }),
  make("span", { className: "line", text: words }));

/** Reads the open ticket again; returns whether that worked. */
async function renew({ keeps = false } = {}) {
  const { no } = ticket;
  const found = await call("GET", pathOf(no)).catch((problem) => {
    if (!(problem instanceof Problem)) throw problem;
    tell(problem.message, { bad: true });
    return null;
  });
  if (!found || ticket.no !== no || !$("sheet").open) return false;
  draw(found);
  drawMoves(ticket, { keeps });
  return true;
}

function draw(found) {
  ticket = found;
  $("sheet-title").textContent = `工单 ${ticket.no}`;
  $("sheet-tags").replaceChildren(...[kindOf(ticket), stateOf(ticket.state), PRIORITY[ticket.priority] ?? (ticket.urgent ? "紧急" : ""),
    ticket.urges ? `催办 ${ticket.urges} 次` : "", departmentOf(ticket), ticket.owner ? `首问 ${ticket.owner}` : "无人负责",
  ].filter(Boolean).map((text) => make("span", { className: "tag", text })));
  $("sheet-informant").hidden = true;
  $("sheet-informant").replaceChildren();
  drawDue();
  drawFacts();
  drawFields();
  drawHistory();
  drawPapers();
  $("sheet-talk").hidden = !ticket.conversation_id;
}

function drawDue() {
  const rows = Object.entries(ticket.due).map(([what, each]) => make("li", { data: { verdict: each.verdict } },
    make("b", { text: WHAT[what] ?? what }),
    make("span", { text: until(each.due_at) || (each.verdict === "stopped" && !each.closed_at ? "等客户，暂停计时" : "") }),
    make("span", { className: "verdict", text: `${VERDICT[each.verdict] ?? each.verdict}${each.provisional ? "（暂定）" : ""}` })));
  $("sheet-due").replaceChildren(...(rows.length ? rows : [make("li", { className: "empty", text: "没有时限" })]));
  const doubts = doubtsOf(ticket);
  $("sheet-doubts").hidden = !doubts.length;
  $("sheet-doubts").textContent = `期限为暂定：${doubts.join("；")}。`;
}

const fact = (label, value) => (value && value.length !== 0 ? [make("dt", { text: label }), make("dd", {}, ...(Array.isArray(value) ? value : [value]))] : []);
const open = (no) => make("button", { type: "button", className: "link", text: no, on: () => showTicket(no) });

function drawFacts() {
  const { postponed } = ticket;
  const put = postponed ? `${WHAT[postponed.what] ?? postponed.what}${postponed.with_others ? "和同时到期的时限" : ""}从 ${clock(postponed.was_due_at)} 延到 ${clock(postponed.until)}：${postponed.reason}；客户同意：${postponed.consent}（${actorOf(postponed.actor)}，${clock(postponed.at)}）` : "";
  const links = list(ticket.links).flatMap((each, at) => [at ? "，" : "", open(each.no), ` ${RELATION[each.relation] ?? each.relation}（${actorOf(each.actor)}）`]);
  $("sheet-facts").replaceChildren(
    ...fact("登记", clock(ticket.registered_at)), ...fact("类别", classOf(ticket)), ...fact("地区", areaOf(ticket)), ...fact("部门", departmentOf(ticket)),
    ...fact("处理人", str(ticket.handler)), ...fact("首问", ticket.owner || "无人负责"), ...fact("回访结果", OUTCOME[ticket.outcome] ?? ticket.outcome),
    ...fact("延期", put), ...fact("事件", str(ticket.event)), ...fact("相关工单", links), ...fact("并入", ticket.merged_into ? [open(ticket.merged_into)] : ""));
}

function drawFields() {
  const named = fieldLabels(ticket);
  const fields = Object.entries(ticket.fields).filter(([name, value]) => str(value) && named[name]);
  $("sheet-fields").replaceChildren(...fields.flatMap(([name, value]) => fact(named[name], str(value))));
}

function drawHistory() {
  const lines = list(ticket.history);
  $("sheet-history").replaceChildren(...lines.map((each, at) => make("li", {},
    make("span", { className: "soft", text: `${clock(each.at)} ${actorOf(each.actor)}` }),
    make("span", { text: happened(each, lines[at - 1], ticket) }))).reverse());
}

/** Who informed, after a look that was recorded; gone when the sheet is drawn again. */
function reveal({ fields, looks }) {
  const named = fieldLabels(ticket);
  const place = $("sheet-informant");
  place.replaceChildren(
    ...Object.entries(fields).filter(([name, value]) => str(value) && named[name]).flatMap(([name, value]) => fact(named[name], str(value))),
    ...fact("查看记录", looks.map((each) => `${clock(each.at)} ${each.actor}：${each.reason}`).join("\n")));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

// ---------------------------------------------------------------- forms and attachments

async function drawPapers() {
  const { no, kind } = ticket;
  $("sheet-papers").replaceChildren();
  const [papers, attached] = await Promise.all([
    forms ?? call("GET", "/forms").then((found) => list(found.forms)).catch(() => null),
    call("GET", pathOf(no, "/attachments")).then((found) => list(found.attachments)).catch(() => null)]);
  if (ticket.no !== no) return;
  forms = papers; // not known: asked for again with the next ticket
  const rows = [
    ...list(papers).filter((each) => !each.kinds.length || each.kinds.includes(kind)).map((each) => formRow(no, each)),
    ...list(attached).map((each) => attachmentRow(no, each))];
  if (!papers || !attached) rows.push(make("li", { className: "bad", text: "单据或附件暂时取不到，重新打开工单再试。" }));
  $("sheet-papers").replaceChildren(...rows);
}

const formRow = (no, { name, title }) => make("li", {},
  make("span", { text: title }),
  make("button", { type: "button", text: "打印", ariaLabel: `打印${title}`, on: (event) => attempt(async () => {
    const opened = await openPaper(pathOf(no, `/forms/${encodeURIComponent(name)}`), `${title}-${no}.html`);
    tell(opened ? `${title}已在新标签页打开，在那里打印` : "浏览器没有让新标签页打开，单据已下载，打开后打印");
  }, event.currentTarget) }),
  make("button", { type: "button", text: "存为表格", ariaLabel: `存为表格：${title}`, on: (event) => attempt(() => savePaper(pathOf(no, `/forms/${encodeURIComponent(name)}?paper=xlsx`), `${title}-${no}.xlsx`), event.currentTarget) }));

const attachmentRow = (no, each) => make("li", {},
  make("button", { type: "button", className: "link", text: each.name, on: (event) => attempt(() => savePaper(pathOf(no, `/attachments/${Number(each.id)}`), each.name), event.currentTarget) }),
  make("span", { className: "soft", text: `${Math.max(1, Math.round(each.size / 1024))} kB · ${actorOf(each.added_by)} · ${clock(each.added_at)}` }));

// ---------------------------------------------------------------- life

/** `show(id)` opens a conversation on the page. */
export function beginSheet({ show }) {
  openTalk = show;
  beginMoves({ renews: renew, reveals: reveal });
}

$("sheet-talk").addEventListener("click", () => {
  for (const id of ["sheet", "owed-list"]) $(id).close();
  openTalk(ticket.conversation_id);
});
