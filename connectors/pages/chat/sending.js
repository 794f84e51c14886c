// The customer's lines: shown at once, sent in order, one at a time, and never lost silently.

import { list, make, uuid } from "/common/tools.js";
import { showRefusal, takeBack } from "./composer.js";
import { call, conversation, epoch, loseConversation, openConversation, pathOf, Problem } from "./conversation.js";
import { add, afterNewest, atTheEnd, decorate, drop, entries, place, receive } from "./log.js";
import { keep, recall } from "./page.js";
import { nearBottom, toBottom } from "./scrolling.js";
import { setMode, waitForAnswer } from "./status.js";

const ANSWER_LIMIT = 35_000; // the server answers a line within 30 s
const SAY = {
  unsent: "未发送 · ",
  unanswered: "未收到答复 · ",
  retry: "重试",
  refused: "这段内容没有发送成功，请修改后再发送。",
};

export const queue = [];
let pumping = false;
const sending = new Set();

export function say(line, files = []) {
  const entry = ownEntry(uuid(), line, { files, status: "queued", order: atTheEnd() });
  queue.push(entry);
  add(entry, { follow: true });
  saveUnsent();
  pump();
}

function ownEntry(id, line, rest) {
  const entry = { id, outgoing: line, sender: "customer", text: line.title ?? line.text, at: new Date(), ...rest };
  entry.confirmed = () => confirmed(entry);
  return entry;
}

/** The server has told of the line, on whichever way. */
function confirmed(entry) {
  entry.onStored?.();
  if (entry.status !== "failed") return;
  setStatus(entry, "sent");
  saveUnsent();
}

async function pump() {
  if (pumping) return;
  pumping = true;
  while (queue.length) {
    const entry = queue[0];
    const delivered = deliver(entry);
    // once the server has a typed line the next may follow: lines sent in a row are read together
    const outcome = await (entry.outgoing.payload ? delivered : Promise.race([delivered, stored(entry)]));
    if (queue[0] !== entry || outcome === "again") continue; // restarted meanwhile, or a new conversation
    queue.shift();
    if (outcome === "failed") holdQueue();
    saveUnsent();
  }
  pumping = false;
}

const stored = (entry) => new Promise((resolve) => { entry.onStored = () => resolve("stored"); });

async function deliver(entry) {
  const mine = epoch;
  const control = new AbortController();
  entry.order = afterNewest();
  setStatus(entry, "sending");
  place(entry);
  decorate();
  waitForAnswer(true);
  try {
    const { id, token } = await openConversation();
    sending.add(control);
    const answer = await call(pathOf("messages", id), {
      body: { message_id: entry.id, ...entry.outgoing }, token, limit: ANSWER_LIMIT, control,
    });
    if (mine !== epoch) return "again";
    setStatus(entry, "sent");
    setMode(answer.mode);
    const replies = list(answer.replies);
    if (!entry.seq && replies[0]?.at) entry.at = new Date(replies[0].at); // the server's clock counts
    replies.forEach((reply) => receive(reply));
    return "done";
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return undelivered(entry, problem, mine);
  } finally {
    sending.delete(control);
    waitForAnswer(sending.size > 0);
  }
}

function undelivered(entry, problem, mine) {
  if (mine !== epoch) return "again";
  if (problem.lostConversation && conversation && !entry.renewed) {
    entry.renewed = true;
    loseConversation(mine);
    if (!entry.outgoing.payload) return "again";
    entry.outgoing = { text: entry.outgoing.title }; // the new conversation never issued this payload
    entry.order = afterNewest();
    place(entry);
    problem = new Problem(0, "");
  }
  if (problem.status === 422) {
    refuse(entry, problem.detail);
    return "done";
  }
  setStatus(entry, "failed", problem.detail);
  return "failed";
}

/** What was waiting behind a failed line would arrive out of order, so it waits for the same 重试. */
function holdQueue() {
  for (const entry of queue.splice(0)) {
    entry.held = true;
    entry.order = afterNewest();
    setStatus(entry, "failed");
    place(entry);
  }
  decorate();
}

function retry(entry) {
  if (entry.status !== "failed") return;
  const from = entries.indexOf(entry);
  const again = entries.filter((other, at) => other === entry || (at > from && other.held && other.status === "failed"));
  for (const line of again) {
    line.held = false;
    line.renewed = false;
    line.order = atTheEnd();
    setStatus(line, "queued");
    place(line);
    queue.push(line);
  }
  decorate();
  toBottom();
  pump();
}

function setStatus(entry, status, detail = "") {
  const stick = nearBottom();
  entry.status = status;
  const failed = status === "failed";
  entry.unsentEl.hidden = !failed;
  entry.unsentEl.replaceChildren();
  if (!failed) return;
  entry.unsentEl.append(
    entry.seq ? SAY.unanswered : SAY.unsent,
    make("button", { type: "button", className: "link", text: SAY.retry, on: () => retry(entry) }),
    detail ? make("small", { text: detail }) : "");
  if (stick) toBottom();
}

function refuse(entry, detail) {
  drop(entry);
  decorate();
  if (entry.outgoing.text) takeBack(entry.outgoing.text);
  showRefusal(detail || SAY.refused);
}

/** The customer wants none of it any more: what waits is dropped, what is on its way is let go. */
export function dropAll() {
  for (const control of sending) control.abort();
  queue.length = 0;
  for (const entry of [...entries]) drop(entry);
  saveUnsent();
}

/** Unsent lines outlive a reload of this tab. */
function saveUnsent() {
  const lines = entries.filter((entry) => entry.outgoing && entry.status !== "sent" && !entry.seq)
    .map(({ id, outgoing: line }) => ({ id, line }));
  keep("sessionStorage", "unsent", lines.length ? lines : null);
}

export function restoreUnsent() {
  for (const { id, line } of list(recall("sessionStorage", "unsent"))) {
    if (!line || entries.some((entry) => entry.id === id)) continue;
    const entry = ownEntry(id, line, { files: list(line.attachments), order: afterNewest() });
    add(entry, { old: true });
    entry.held = true;
    setStatus(entry, "failed");
  }
  saveUnsent();
}
