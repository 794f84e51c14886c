// The open conversation: how it opens, follows the queue, is read, and closes.

import { $, attempt, call, list, Problem, tell } from "./core.js";
import { drawContacts, drawHead, drawSummary } from "./customer.js";
import { addLine } from "./lines.js";
import { drawRows } from "./queue.js";
import { judge } from "./roles.js";
import { isMine, missed, open, path, queue, setMissed, setOpen } from "./state.js";
import { drawTickets } from "./tickets.js";
import { ask, clearWriting, drawField, rememberDraft, takeDraft } from "./writing.js";

const NO_LONGER_OURS = [403, 404, 409];

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
  $("earlier").hidden = !found.has_earlier;
  drawTickets();
  judge($("log"), found.profile);
  if (isOther || !found.handover) ask();
  markSeen();
  drawRows("waiting", queue.waiting);
  drawRows("mine", queue.mine);
}

$("earlier").addEventListener("click", async (event) => {
  const [log, id] = [$("log"), open.conversation_id];
  const before = Math.min(...[...log.children].map((each) => Number(each.dataset.seq)));
  const found = await attempt(() => call("GET", `/staff/conversations/${encodeURIComponent(id)}/messages`, { query: { before } }), event.target);
  if (!found || open?.conversation_id !== id) return;
  const below = log.scrollHeight - log.scrollTop;
  list(found.messages).forEach(addLine);
  log.scrollTop = log.scrollHeight - below; // what was being read stays where it is
  $("earlier").hidden = !found.has_earlier;
  judge(log, open.profile);
});

let refreshing = false;
/** After each change of the queue: whose the open conversation is may have changed with it. */
export async function refreshOpen() {
  if (!open || refreshing) return;
  const now = [...queue.waiting, ...queue.mine, ...queue.others].find((each) => each.conversation_id === open.conversation_id);
  // the lines of one's own talk come by themselves; of one that is only looked at they are fetched
  const isBehind = !isMine() && (now?.last_seq ?? 0) > newestShown();
  if (!missed && !isBehind && now?.agent === open.handover?.agent && Boolean(now) === Boolean(open.handover)) {
    drawHead();
    drawField();
    return;
  }
  refreshing = true;
  const { conversation_id: id } = open;
  const [heard, hadMissed] = [lastHeard(), missed];
  setMissed(false); // before the call: who is cut off during it has missed something again
  try {
    const found = await call("GET", path(id));
    if (open?.conversation_id !== id) return;
    takeConversation(found);
    if (lastHeard() !== heard) ask();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (hadMissed) setMissed(true); // a call that failed is tried again
    // what may no longer be read must not stay before the eyes
    if (NO_LONGER_OURS.includes(problem.status) && open?.conversation_id === id) close(now?.agent ? `${now.agent} 正在接待这个会话` : "这个会话已由同事接待，或已经结束");
  } finally {
    refreshing = false;
  }
}

const newestShown = () => Math.max(0, ...[...$("log").children].map((each) => Number(each.dataset.seq)));

/** The number of the customer's newest line that is shown. */
const lastHeard = () => Number([...$("log").querySelectorAll("[data-sender=customer]")].at(-1)?.dataset.seq ?? 0);

export function close(words) {
  setOpen(null);
  setMissed(false);
  $("open").hidden = true;
  $("nothing").hidden = false;
  $("log").replaceChildren();
  clearWriting();
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
  const seq = newestShown();
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
