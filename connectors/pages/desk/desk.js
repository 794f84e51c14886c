// The agent desk: the queue at the left, the talk in the middle, the help at the right.

import { $, attempt, call, clock, lasted, list, listen, make, passwordKey, session, signIn, str, tell, uuid } from "./core.js";
import { etiquette, filledIn, search, suggestions, ticketFields, ticketRow } from "./help.js";
import { beginOwed, openOwed } from "./owed.js";
import { beginRole, judge } from "./roles.js";
import { showTicket } from "./sheet.js";
import { learn } from "./words.js";

const KEEP_DRAFT_AFTER = 800;
const REASON = { asked: "要求人工", angry: "情绪激动", missed: "没听懂" };
const CHANNEL = { web: "网页", telegram: "Telegram", webhook: "外部系统" };
const UNDELIVERED = "没有送达：客户可能停用或屏蔽了对话，请按工单上的电话联系";
const WHO = { customer: "客户", bot: "智能客服", agent: "坐席", system: "" };
const TURN = { agent: "等您回复", customer: "等客户" };

let queue = { waiting: [], mine: [], others: [], on_duty: [] };
let labels = { kinds: {}, states: {}, fields: {}, rights: [] };
let skew = 0; // the server's clock less ours, in ms
let open = null; // the conversation that is open, as the desk gave it
let stream = null;
let sending = false;
const drafts = new Map(); // what is typed here, by conversation; the desk keeps a copy

const path = (id) => `/desk/conversations/${encodeURIComponent(id)}`;
const isMine = () => open?.handover?.agent === queue.me?.name;

// ---------------------------------------------------------------- the queue

function takeQueue(next) {
  const waited = new Set(queue.waiting.map((each) => each.conversation_id));
  skew = new Date(next.now) - Date.now();
  const arrived = queue.me && next.waiting.some((each) => !waited.has(each.conversation_id));
  queue = next;
  // what is open before the agent's eyes is read, whatever was counted on the way
  const before = document.hidden ? null : next.mine.find((each) => each.conversation_id === open?.conversation_id);
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
  refreshOpen();
}

function drawRows(id, rows) {
  const place = $(id);
  const focused = document.activeElement?.dataset?.id;
  place.replaceChildren(...(rows.length ? rows.map((each) => make("li", {}, row(each))) : [make("li", { className: "empty", text: id === "waiting" ? "没有人在等" : "还没有接待中的会话" })]));
  if (focused) place.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

function row(each) {
  const element = make("button", { type: "button", className: "row", data: { id: each.conversation_id, wait: each.agent ? "" : waitOf(each) }, on: () => show(each.conversation_id) },
    make("b", { text: nameOf(each) }),
    each.agent && each.unread ? make("span", { className: "unread", text: `${each.unread} 条未读` })
      : make("span", { className: each.agent ? "" : "waited", text: each.agent ? TURN[each.turn] ?? "" : waited(each) }),
    make("span", { className: "line", text: each.last_text || each.summary.matter || (each.summary.is_sealed ? "内容已封存" : "") }),
    each.agent ? null : make("span", { className: "line", text: `${each.centre} · ${REASON[each.reason]}` }));
  element.setAttribute("aria-current", String(open?.conversation_id === each.conversation_id));
  return element;
}

const nameOf = (each) => str(each.summary?.details?.name) || `客户 ${str(each.conversation_id).slice(0, 4)}`;
const WAIT = { short: "", long: " 久等", too_long: " 超时" };
const secondsOf = (each) => (Date.now() + skew - new Date(each.asked_at)) / 1000;
const waitOf = (each) => (secondsOf(each) >= each.limits_s[1] ? "too_long" : secondsOf(each) >= each.limits_s[0] ? "long" : "short");
const waited = (each) => lasted(secondsOf(each)) + WAIT[waitOf(each)];

setInterval(() => {
  for (const element of document.querySelectorAll("#waiting .row")) {
    const each = queue.waiting.find((one) => one.conversation_id === element.dataset.id);
    if (!each) continue;
    element.querySelector(".waited").textContent = waited(each);
    element.dataset.wait = waitOf(each);
  }
}, 1_000);

// ---------------------------------------------------------------- the open conversation

async function show(id, { focus = true } = {}) {
  rememberDraft();
  const found = await attempt(() => call("GET", path(id)));
  if (!found) return;
  takeConversation(found);
  if (focus && isMine()) $("draft").focus();
}

function takeConversation(found) {
  const isOther = open?.conversation_id !== found.conversation_id;
  const before = open?.handover?.agent;
  open = found;
  $("nothing").hidden = true;
  $("open").hidden = false;
  // a line that was read with its numbers hidden is written anew when they may be seen
  if (isOther || before !== found.handover?.agent) $("log").replaceChildren();
  if (isOther) {
    $("draft").value = drafts.get(found.conversation_id) ?? str(found.handover?.draft);
    check.clear();
    hints.clear();
  }
  drawHead();
  drawSummary();
  drawContacts();
  list(found.messages).forEach(addLine);
  drawTickets();
  judge($("log"), found.profile);
  if (isOther) ask();
  markSeen();
  drawRows("waiting", queue.waiting);
  drawRows("mine", queue.mine);
}

function drawHead() {
  const { handover } = open;
  $("customer").textContent = handover ? nameOf(handover) : "会话已结束";
  $("channel").textContent = `${CHANNEL[open.channel] ?? open.channel}${handover ? ` · ${handover.centre}` : ""}`;
  const row_ = queue.mine.find((each) => each.conversation_id === open.conversation_id);
  $("turn").textContent = isMine() ? TURN[row_?.turn] ?? "" : handover?.agent ? `${handover.agent} 接待中` : handover ? "在等人工" : "智能客服";
  $("claim").hidden = !handover || Boolean(handover.agent);
  for (const id of ["give-back", "give-quietly"]) $(id).hidden = !isMine();
  $("draft").disabled = $("attach").disabled = !isMine();
  $("send").disabled = !isMine() || sending;
  $("draft").placeholder = isMine() ? "写给客户的话。Alt+1/2/3 采用建议，Ctrl+Enter 发送" : "接待以后才能回复客户";
}

function drawSummary() {
  const { handover } = open;
  $("summary").hidden = !handover;
  if (!handover) return;
  const { summary } = handover;
  const facts = summary.is_sealed ? [["说明", "客户在这里举报过，之前的内容已封存，只有主管能看"]] : [
    ["原因", REASON[handover.reason]], ["诉求", summary.matter],
    ...Object.entries(summary.details ?? {}).map(([name, value]) => [handover.labels[name] ?? name, value]),
    ["智能客服最后说", summary.bot_said], ["工单", list(summary.tickets).join("、")]];
  $("summary-facts").replaceChildren(...facts.filter(([, value]) => str(value)).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
}

/** When the customer was here before: tickets under the same phone, and talks with persons. */
function drawContacts() {
  const contacts = list(open.contacts);
  $("contacts").hidden = !contacts.length;
  if (!contacts.length) return;
  const words = (each) => each.no ? `${labels.kinds[each.kind] ?? each.kind} ${labels.states[each.state] ?? each.state}` : `${each.agent} 接待过${each.rating ? `，评价 ${each.rating}` : ""}`;
  $("contacts-word").textContent = `以前来过 ${contacts.length} 次 · 最近 ${clock(contacts[0].at)} ${words(contacts[0])}`;
  $("contacts-list").replaceChildren(...contacts.map((each) => make("li", {},
    make("span", { className: "soft", text: clock(each.at) }),
    make("span", { text: words(each) }),
    each.no ? make("button", { type: "button", className: "link", text: each.no, on: () => showTicket(each.no) }) : null)));
}

function addLine(message) {
  const log = $("log");
  const shown = log.querySelector(`[data-seq="${Number(message.seq)}"]`);
  if (shown) {
    if (message.corrected_from) shown.replaceWith(lineOf(message)); // the customer has edited it
    return;
  }
  const line = lineOf(message);
  const after = [...log.children].find((each) => Number(each.dataset.seq) > message.seq);
  log.insertBefore(line, after ?? null);
  if (atEnd || message.sender === "agent") log.scrollTop = log.scrollHeight;
}

// the newest line stays in sight, also when findings or a summary take room from it
let atEnd = true;
$("log").addEventListener("scroll", () => { atEnd = $("log").scrollHeight - $("log").scrollTop - $("log").clientHeight < 80; });
new ResizeObserver(() => { if (atEnd) $("log").scrollTop = $("log").scrollHeight; }).observe($("log"));

function lineOf(message) {
  const failed = open?.reach?.failed?.[message.seq];
  return make("div", { className: "said", data: { sender: message.sender, seq: message.seq } },
    make("div", { className: "when", text: [clock(message.at), WHO[message.sender], message.corrected_from ? "（客户改过）" : ""].filter(Boolean).join(" ") }),
    make("div", { className: "body", title: message.corrected_from ? `原来写的是：${message.corrected_from}` : "", text: message.text || list(message.buttons).map((each) => each.title).join(" / ") }),
    failed ? make("div", { className: "when failed", title: failed, text: UNDELIVERED }) : null);
}

/** A line of ours will never reach the customer: say so at the line. */
function markUndelivered({ conversation_id: id, seq, reason }) {
  if (open?.conversation_id !== id) return;
  open.reach = { ...open.reach, failed: { ...open.reach?.failed, [seq]: reason } };
  const line = $("log").querySelector(`[data-seq="${Number(seq)}"]`);
  if (line && !line.querySelector(".failed")) line.append(make("div", { className: "when failed", title: reason, text: UNDELIVERED }));
  tell(UNDELIVERED, { bad: true });
}

let refreshing = false;
/** After each change of the queue: whose the open conversation is may have changed with it. */
async function refreshOpen() {
  if (!open || refreshing) return;
  const now = [...queue.waiting, ...queue.mine, ...queue.others].find((each) => each.conversation_id === open.conversation_id);
  if (now?.agent === open.handover?.agent && Boolean(now) === Boolean(open.handover)) {
    drawHead();
    return;
  }
  refreshing = true;
  const found = await call("GET", path(open.conversation_id)).catch(() => null);
  refreshing = false;
  if (found && found.conversation_id === open.conversation_id) takeConversation(found);
  else if (!found && now?.agent) close(`${now.agent} 正在接待这个会话`);
}

function close(words) {
  open = null;
  $("open").hidden = true;
  $("nothing").hidden = false;
  hints.clear();
  $("tickets").replaceChildren();
  $("new-ticket").disabled = true;
  if (words) tell(words);
}

function onMessage(message) {
  if (open?.conversation_id !== message.conversation_id) return;
  addLine(message);
  if (message.sender === "customer") ask();
  markSeen();
}

function markSeen() {
  if (!open || !isMine() || document.hidden) return;
  const seq = Math.max(0, ...[...$("log").children].map((each) => Number(each.dataset.seq)));
  if (seq <= (open.handover.seen_seq ?? 0)) return;
  open.handover.seen_seq = seq;
  const row_ = queue.mine.find((each) => each.conversation_id === open.conversation_id);
  if (row_?.unread) {
    row_.unread = 0;
    drawRows("mine", queue.mine);
  }
  call("POST", `${path(open.conversation_id)}/seen`, { body: { seq } }).catch(() => {});
}
document.addEventListener("visibilitychange", markSeen);

// ---------------------------------------------------------------- writing

const draftOf = () => $("draft").value;
let draftTimer;
function rememberDraft() {
  if (!open || !isMine()) return;
  drafts.set(open.conversation_id, draftOf());
}
$("draft").addEventListener("input", () => {
  rememberDraft();
  clearTimeout(draftTimer);
  const id = open?.conversation_id;
  draftTimer = setTimeout(() => {
    if (id && isMine()) call("PUT", `${path(id)}/draft`, { body: { text: drafts.get(id) ?? "" } }).catch(() => {});
  }, KEEP_DRAFT_AFTER);
});

function insert(text) {
  const area = $("draft");
  if (area.disabled) {
    tell("接待以后才能采用建议", { bad: true });
    return;
  }
  area.value = area.value.trim() ? `${area.value.trimEnd()}\n${text}` : text;
  area.dispatchEvent(new Event("input"));
  area.focus();
}

let key = uuid(); // of the line being written: sent twice it is said once
async function send({ confirmed = false } = {}) {
  const text = draftOf().trim();
  if (!text || !open || !isMine() || sending) return;
  const id = open.conversation_id;
  sending = true;
  $("send").disabled = true;
  try {
    if (!confirmed) {
      const breaches = (await check.check()).filter((each) => each.severity === "breach");
      if (breaches.length) {
        askToConfirm(breaches);
        return;
      }
    }
    const message = await attempt(() => call("POST", `${path(id)}/lines`, { body: { key, text } }));
    if (!message) return; // the draft stays, and the same key is tried again
    key = uuid();
    hints.settle(text);
    clearTimeout(draftTimer);
    drafts.delete(id);
    if (open?.conversation_id === id) {
      addLine(message);
      $("draft").value = "";
      check.clear();
    }
  } finally {
    sending = false;
    drawHead();
  }
}

$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (!file || !open || !isMine()) return;
  const id = open.conversation_id;
  $("attach").disabled = true;
  const query = new URLSearchParams({ key: uuid(), name: file.name.slice(0, 200) });
  const message = await attempt(() => call("POST", `${path(id)}/files?${query}`, { file }));
  if (message && open?.conversation_id === id) addLine(message);
  drawHead();
});

function askToConfirm(breaches) {
  $("confirm-list").replaceChildren(...breaches.map((each) => make("li", { text: `${each.message}（${str(each.document)}）` })));
  $("confirm").showModal();
}
$("confirm-no").addEventListener("click", () => { $("confirm").close(); $("draft").focus(); });
$("confirm-yes").addEventListener("click", () => { $("confirm").close(); send({ confirmed: true }); });
$("write").addEventListener("submit", (event) => { event.preventDefault(); send(); });

const hints = suggestions($("suggestions"), { insert, settles: true });
const check = etiquette($("draft"), $("findings"), { context: () => (!open ? {} : open.is_sealed ? { profile: open.profile } : { conversation_id: open.conversation_id }) });
search($("search"), $("found"), { insert, profile: () => open?.profile });

function ask() {
  if (!open || !labels.rights.includes("serve")) return;
  if (!open.is_sealed) {
    hints.ask({ conversation_id: open.conversation_id });
    return;
  }
  // what was said before the hand-over is sealed: only the line itself may be looked at
  const said = [...$("log").querySelectorAll("[data-sender=customer] .body")].at(-1)?.textContent;
  if (said) hints.ask({ text: said, profile: open.profile });
}

// ---------------------------------------------------------------- the agent's other verbs

async function claim(id, button) {
  const found = await attempt(() => call("POST", `${path(id)}/claim`), button);
  if (!found) return;
  rememberDraft();
  takeConversation(found);
  $("draft").focus();
}
$("claim").addEventListener("click", (event) => open && claim(open.conversation_id, event.target));
$("next").addEventListener("click", (event) => queue.waiting.length && claim(queue.waiting[0].conversation_id, event.target));

async function giveBack(asks, button) {
  if (!open) return;
  const next = await attempt(() => call("POST", `${path(open.conversation_id)}/give-back`, { body: { ask_rating: asks } }), button);
  if (!next) return;
  drafts.delete(open.conversation_id);
  close("已交还智能客服");
  takeQueue(next);
}
$("give-back").addEventListener("click", (event) => giveBack(true, event.target));
$("give-quietly").addEventListener("click", (event) => giveBack(false, event.target));

$("leave").addEventListener("click", async (event) => {
  const left = await attempt(() => call("POST", "/sign-out"), event.target);
  if (!left) return;
  stream?.abort();
  session.token = "";
  location.reload();
});
$("taking").addEventListener("change", () => {
  $("taking-word").textContent = $("taking").checked ? "接待中" : "小休";
  watch();
});

// ---------------------------------------------------------------- tickets

function drawTickets() {
  $("new-ticket").disabled = !open;
  const rows = list(open?.tickets).map((each) => ticketRow(each, labels, showTicket));
  $("tickets").replaceChildren(...(rows.length ? rows : [make("p", { className: "empty", text: "这个会话还没有工单" })]));
}

addEventListener("ticket-changed", async () => {
  if (!list(open?.tickets).length) return;
  const found = await call("GET", path(open.conversation_id)).catch(() => null);
  if (!found || found.conversation_id !== open?.conversation_id) return;
  open.tickets = found.tickets;
  drawTickets();
});

let told = {}; // the details of the talk, each with the line it came from
async function newTicket() {
  if (!labels.rights.includes("serve")) return;
  if (!open) {
    tell("请先打开一个会话，再登记工单。电话来电请用侧栏登记。");
    return;
  }
  const found = await attempt(() => call("GET", `${path(open.conversation_id)}/details`));
  if (!found) return;
  told = found.details;
  labels = { ...labels, ...found.labels };
  $("ticket-kind").replaceChildren(...Object.entries(found.kinds).map(([kind, each]) => make("option", { value: kind, text: each.title })));
  $("ticket-kind").value = found.likely;
  $("ticket-words").textContent = "";
  drawKnown(found);
  ticketKinds = found.kinds;
  drawTicketFields();
  $("ticket-form").dataset.key = uuid();
  $("ticket-form").showModal();
}
/** What is there already: the same matter must not be taken down twice. */
function drawKnown({ open: nos, event }) {
  const lines = [];
  if (event) {
    const until = event.restore_at ? `，预计 ${clock(event.restore_at)} 恢复` : "";
    lines.push(`这一片正在处理：${event.area} ${event.matter}${event.cause ? `（${event.cause}）` : ""}${until}。登记后会并入事件 ${event.no}。`);
  }
  if (nos.length) lines.push(`这位客户已有未办结的工单：${nos.join("、")}。是同一件事就不用再登记，请取消后告诉客户工单号。`);
  $("ticket-known").replaceChildren(...lines.map((text) => make("li", { text })));
  $("ticket-known").hidden = !lines.length;
}
let ticketKinds = {};
function drawTicketFields() {
  const fields = ticketKinds[$("ticket-kind").value]?.fields ?? [];
  const origin = (known) => make("button", { type: "button", className: "origin", text: `来自：${str(known.text).slice(0, 40)}`, on: () => { $("ticket-form").close(); flash(known.seq); } });
  $("ticket-fields").replaceChildren(...ticketFields(fields, told, origin));
}
$("ticket-kind").addEventListener("change", drawTicketFields);

function flash(seq) {
  const line = $("log").querySelector(`[data-seq="${Number(seq)}"]`);
  line?.scrollIntoView({ block: "center" });
  line?.classList.add("flash");
  setTimeout(() => line?.classList.remove("flash"), 2_500);
}

$("new-ticket").addEventListener("click", newTicket);
$("ticket-no").addEventListener("click", () => $("ticket-form").close());
$("ticket-yes").addEventListener("click", (event) => attempt(async () => {
  const fields = filledIn($("ticket-fields"));
  if (!Object.keys(fields).length) {
    $("ticket-words").textContent = "请至少填写一项。";
    return;
  }
  const ticket = await call("POST", "/tickets", { body: { request_key: $("ticket-form").dataset.key, kind: $("ticket-kind").value, profile: open.profile, conversation_id: open.conversation_id, fields } });
  $("ticket-form").close();
  tell(`已登记工单 ${ticket.no}`);
  open.tickets = [ticket, ...list(open.tickets).filter((each) => each.no !== ticket.no)];
  drawTickets();
  ask(); // the number can now be in the wording
}, event.target));

// ---------------------------------------------------------------- keys

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]") || $("page").hidden) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.altKey && "123".includes(event.key) && event.key) { if (hints.pick(Number(event.key) - 1)) event.preventDefault(); }
  else if (event.altKey && event.key.toLowerCase() === "g") { event.preventDefault(); $("next").click(); }
  else if (event.altKey && event.key.toLowerCase() === "o") { event.preventDefault(); openOwed(); }
  else if (event.altKey && event.key.toLowerCase() === "n") { event.preventDefault(); newTicket(); }
  else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
  else if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); send(); }
  else if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
});
function step(by) {
  const all = [...queue.mine, ...queue.waiting];
  if (!all.length) return;
  const at = all.findIndex((each) => each.conversation_id === open?.conversation_id);
  show(all[(at + by + all.length) % all.length].conversation_id);
}

// ---------------------------------------------------------------- life

function watch() {
  stream?.abort();
  stream = new AbortController();
  listen(`/desk/events?taking=${$("taking").checked}`, {
    signal: stream.signal,
    linked: (is) => { $("link").hidden = is; },
    on: (name, data) => {
      if (name === "queue") takeQueue(data);
      if (name === "message") onMessage(data);
      if (name === "undelivered") markUndelivered(data);
    },
  });
}

addEventListener("offline", () => { $("link").hidden = false; });
addEventListener("online", () => { if (session.token && labels.rights.includes("serve")) watch(); });

signIn(async () => {
  hints.clear();
  labels = await call("GET", "/desk/labels");
  learn(labels);
  const serves = labels.rights.includes("serve");
  $("page").dataset.serves = serves ? "yes" : "no";
  if (serves) watch();
  else {
    queue.me = { name: labels.me };
    beginRole(labels, { show });
  }
  beginOwed({ show });
});
passwordKey($("change-password"));
