// The agent desk: the queue at the left, the talk in the middle, the help at the right.
// Here are the agent's verbs and keys, and how the page begins; each part is a module of its own.

import { beginAlarms, lookAgain } from "./alarms.js";
import { $, attempt, call, listen, passwordKey, session, signIn } from "./core.js";
import { markUndelivered } from "./lines.js";
import { beginOwed, openOwed } from "./owed.js";
import { drawRows, takeQueue, whenChosen } from "./queue.js";
import { beginRated, drawRated } from "./rated.js";
import { beginRole } from "./roles.js";
import { labels, missed, open, path, queue, setLabels, setMissed, setQueue } from "./state.js";
import { close, onMessage, refreshOpen, show, takeConversation } from "./talk.js";
import { newTicket } from "./tickets.js";
import { learn } from "./words.js";
import { forgetDraft, forgetDrafts, hints, rememberDraft, send } from "./writing.js";

let stream = null;

whenChosen(show);

// ---------------------------------------------------------------- the agent's verbs

async function claim(id, button) {
  const found = await attempt(() => call("POST", `${path(id)}/claim`), button);
  if (!found) return;
  rememberDraft();
  takeConversation(found);
  $("draft").focus();
}
$("claim").addEventListener("click", (event) => open && claim(open.conversation_id, event.target));
$("next").addEventListener("click", (event) => queue.waiting.length && claim(queue.waiting[0].conversation_id, event.target));

/** What is open follows the queue: it may have become another agent's. */
function follow(next) {
  takeQueue(next);
  refreshOpen();
}

async function giveBack(asks, button) {
  if (!open) return;
  const next = await attempt(() => call("POST", `${path(open.conversation_id)}/give-back`, { body: { ask_rating: asks } }), button);
  if (!next) return;
  forgetDraft(open.conversation_id);
  close("已交还智能客服");
  follow(next);
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
function take(is) {
  $("taking").checked = is;
  $("taking-word").textContent = is ? "接待中" : "小休";
}
$("taking").addEventListener("change", () => {
  take($("taking").checked);
  watch();
});

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
    linked: (is) => {
      $("link").hidden = is;
      setMissed(missed || Boolean(open));
    },
    on: (name, data) => {
      if (name === "queue") follow(data);
      if (name === "message") onMessage(data);
      if (name === "rated_bad") {
        lookAgain();
        drawRated();
      }
      if (name === "undelivered") markUndelivered(data);
    },
  });
}

addEventListener("offline", () => { $("link").hidden = false; });
addEventListener("online", () => { if (session.token && labels.rights.includes("serve")) watch(); });

/** Another person sits down at this page: nothing of the last one's is theirs to see. */
function forget() {
  stream?.abort();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  close();
  forgetDrafts();
  setQueue({ waiting: [], mine: [], others: [], on_duty: [] });
  for (const id of ["waiting", "mine", "others"]) drawRows(id, []);
}

signIn(async () => {
  hints.clear();
  const before = labels.me;
  setLabels(await call("GET", "/desk/labels"));
  learn(labels);
  if (before && before !== labels.me) forget();
  // who leads looks in without being counted on; an agent has come to take talks
  if (before !== labels.me) take(!labels.rights.includes("read_others_talks"));
  const serves = labels.rights.includes("serve");
  $("page").dataset.serves = serves ? "yes" : "no";
  $("practice").hidden = !labels.rights.includes("practise");
  if (serves) {
    watch();
    beginAlarms({ show });
    beginRated({ show });
  } else {
    queue.me = { name: labels.me };
    beginRole(labels, { show });
  }
  beginOwed({ show });
});
passwordKey($("change-password"));
