// The open conversation: how it opens, follows the queue, is read, and closes.

import { $, attempt, call, list, tell } from "./core.js";
import { drawContacts, drawHead, drawSummary } from "./customer.js";
import { addLine } from "./lines.js";
import { drawRows } from "./queue.js";
import { judge } from "./roles.js";
import { isMine, open, path, queue, setOpen } from "./state.js";
import { drawTickets } from "./tickets.js";
import { ask, drawField, hints, rememberDraft, takeDraft } from "./writing.js";

export async function show(id, { focus = true } = {}) {
  rememberDraft();
  const found = await attempt(() => call("GET", path(id)));
  if (!found) return;
  takeConversation(found);
  if (focus && isMine()) $("draft").focus();
}

export function takeConversation(found) {
  const isOther = open?.conversation_id !== found.conversation_id;
  const before = open?.handover?.agent;
  setOpen(found);
  $("nothing").hidden = true;
  $("open").hidden = false;
  // a line that was read with its numbers hidden is written anew when they may be seen
  if (isOther || before !== found.handover?.agent) $("log").replaceChildren();
  if (isOther) takeDraft(found);
  drawHead();
  drawField();
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

let refreshing = false;
/** After each change of the queue: whose the open conversation is may have changed with it. */
export async function refreshOpen() {
  if (!open || refreshing) return;
  const now = [...queue.waiting, ...queue.mine, ...queue.others].find((each) => each.conversation_id === open.conversation_id);
  if (now?.agent === open.handover?.agent && Boolean(now) === Boolean(open.handover)) {
    drawHead();
    drawField();
    return;
  }
  refreshing = true;
  const found = await call("GET", path(open.conversation_id)).catch(() => null);
  refreshing = false;
  if (found && found.conversation_id === open?.conversation_id) takeConversation(found);
  else if (!found && now?.agent) close(`${now.agent} 正在接待这个会话`);
}

export function close(words) {
  setOpen(null);
  $("open").hidden = true;
  $("nothing").hidden = false;
  hints.clear();
  $("tickets").replaceChildren();
  $("new-ticket").disabled = true;
  if (words) tell(words);
}

export function onMessage(message) {
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
