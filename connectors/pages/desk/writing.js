// What the agent writes: the draft, the suggestions beside it, the check before it is sent.

import { $, attempt, call, make, str, tell, uuid } from "./core.js";
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
  $("draft").placeholder = isMine() ? "写给客户的话。Alt+1/2/3 采用建议，Ctrl+Enter 发送" : "接待以后才能回复客户";
}

/** Another conversation is open: its draft, and nothing of the help for the one before. */
export function takeDraft(found) {
  $("draft").value = drafts.get(found.conversation_id) ?? str(found.handover?.draft);
  check.clear();
  hints.clear();
}

export const forgetDraft = (id) => drafts.delete(id);

const draftOf = () => $("draft").value;
let draftTimer;
export function rememberDraft() {
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
export async function send({ confirmed = false } = {}) {
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
    drawField();
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
  drawField();
});

function askToConfirm(breaches) {
  $("confirm-list").replaceChildren(...breaches.map((each) => make("li", { text: `${each.message}（${str(each.document)}）` })));
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
  if (!open.is_sealed) {
    hints.ask({ conversation_id: open.conversation_id });
    return;
  }
  // what was said before the hand-over is sealed: only the line itself may be looked at
  const said = [...$("log").querySelectorAll("[data-sender=customer] .body")].at(-1)?.textContent;
  if (said) hints.ask({ text: said, profile: open.profile });
}
