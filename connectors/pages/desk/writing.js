// What the agent writes: the draft, the suggestions beside it, the check before it is sent.

import { $, attempt, call, make, session, str, tell, uuid } from "./core.js";
import { etiquette, search, suggestions } from "./help.js";
import { addLine } from "./lines.js";
import { isMine, labels, open, path } from "./state.js";

const KEEP_DRAFT_AFTER = 800;

let sending = false;
const drafts = new Map(); // what is typed here, by conversation; the desk keeps a copy

/** Only who has the conversation can write in it. */
export function drawField() {
  $("draft").disabled = $("attach").disabled = !isMine();
  $("send").disabled = !isMine() || sending;
  $("draft").placeholder = isMine() ? "写给客户的话。Alt+1/2/3 采用建议，Ctrl+Enter 发送" : open?.handover ? "接待以后才能回复客户" : "会话已结束，客户再转人工时才能回复";
}

/** Another conversation is open: its draft, and nothing of the help for the one before. */
export function takeDraft(found) {
  $("draft").value = drafts.get(found.conversation_id) ?? str(found.handover?.draft);
  check.clear();
  hints.clear();
}

/** No conversation is open. */
export function clearWriting() {
  $("draft").value = "";
  check.clear();
  hints.clear();
}

export const forgetDraft = (id) => drafts.delete(id);
export const forgetDrafts = () => drafts.clear();

const draftOf = () => $("draft").value;
const draftTimers = new Map(); // by conversation: who goes on typing elsewhere loses nothing
export function rememberDraft() {
  if (!open || !isMine()) return;
  drafts.set(open.conversation_id, draftOf());
}
$("draft").addEventListener("input", () => {
  if (!open || !isMine()) return;
  rememberDraft();
  const id = open.conversation_id;
  clearTimeout(draftTimers.get(id));
  draftTimers.set(id, setTimeout(() => {
    call("PUT", `${path(id)}/draft`, { body: { text: drafts.get(id) ?? "" } }).catch(() => {});
  }, KEEP_DRAFT_AFTER));
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

let written = {}; // the line that was last tried, with its key: sent twice it is said once
/** The key of a line: another text, or the same in another talk, is another line. */
function keyOf(id, text) {
  if (written.id !== id || written.text !== text) written = { id, text, key: uuid() };
  return written.key;
}

export async function send({ confirmed = false } = {}) {
  const text = draftOf().trim();
  if (!text || !open || !isMine() || sending) return;
  const id = open.conversation_id;
  sending = true;
  $("send").disabled = true;
  try {
    if (!confirmed) {
      const reasons = await reasonsToConfirm();
      if (!session.token) return;
      if (reasons.length) {
        if (open?.conversation_id === id) askToConfirm(reasons);
        else tell("刚才那句话还没有发出，请回到那个会话确认后再发", { bad: true });
        return;
      }
    }
    const message = await attempt(() => call("POST", `${path(id)}/lines`, { body: { key: keyOf(id, text), text } }));
    if (!message) return; // the draft stays, and the same line keeps its key
    written = {};
    hints.settle(text);
    takeSent(id, text, message);
  } finally {
    sending = false;
    drawField();
  }
}

/** A line is said: it leaves the draft, and what was typed meanwhile stays there. */
function takeSent(id, text, message) {
  clearTimeout(draftTimers.get(id));
  const isOpen = open?.conversation_id === id;
  const now = isOpen ? draftOf() : drafts.get(id) ?? "";
  const rest = now.trimStart().startsWith(text) ? now.trimStart().slice(text.length).trimStart() : now;
  drafts.delete(id);
  if (rest) drafts.set(id, rest);
  if (!isOpen) return;
  addLine(message);
  $("draft").value = rest;
  check.clear();
  if (rest) $("draft").dispatchEvent(new Event("input"));
}

/** Why a draft should not go out without a second look; what could not be checked is one. */
async function reasonsToConfirm() {
  const found = await check.check();
  if (found) return found.filter((each) => each.severity === "breach").map((each) => `${each.message}（${str(each.document)}）`);
  return ["没能检查这句话的用语，请自己再看一遍：有没有不该承诺的、别人的电话或地址、不礼貌的话。"];
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
  drawField();
});

function askToConfirm(reasons) {
  $("confirm-list").replaceChildren(...reasons.map((text) => make("li", { text })));
  $("confirm").showModal();
}
$("confirm-no").addEventListener("click", () => { $("confirm").close(); $("draft").focus(); });
$("confirm-yes").addEventListener("click", () => { $("confirm").close(); send({ confirmed: true }); });
$("write").addEventListener("submit", (event) => { event.preventDefault(); send(); });

export const hints = suggestions($("suggestions"), { insert, settles: true });
const check = etiquette($("draft"), $("findings"), { context: () => (!open ? {} : open.is_sealed ? { profile: open.profile } : { conversation_id: open.conversation_id }) });
search($("search"), $("found"), { insert, profile: () => open?.profile });

export function ask() {
  if (!open || !labels.rights.includes("serve")) return;
  // nobody is waiting for words any more
  if (!open.handover) return hints.clear();
  if (!open.is_sealed) {
    hints.ask({ conversation_id: open.conversation_id });
    return;
  }
  // what was said before the hand-over is sealed: only the line itself may be looked at
  const said = [...$("log").querySelectorAll("[data-sender=customer] .body")].at(-1)?.textContent;
  if (said) hints.ask({ text: said, conversation_id: open.conversation_id });
}
