// Live events of the conversation: the stream is opened again whenever it breaks, until it is stopped.

import { eventParser, list } from "/common/tools.js";
import { API, CALL_LIMIT, conversation, epoch, fetchHistory, loseConversation, pathOf, Problem } from "./conversation.js";
import { receive } from "./log.js";
import { setLinked, setMode, setTyping } from "./status.js";

const STREAM_SILENCE = 75_000; // no byte for so long: the connection is dead, whatever TCP thinks

let control = null;
let streamSeq = 0;
let wakeUp = () => {};

/** Listens to the conversation, from the message after `after` on. */
export async function listen({ after = streamSeq } = {}) {
  streamSeq = after;
  if (control || !conversation) return;
  const mine = epoch;
  const { id, token } = conversation;
  control = { abort() {} };
  let failures = 0;
  let broken = false;
  while (mine === epoch) {
    let opened = Infinity;
    try {
      await readStream(id, token, () => {
        opened = Date.now();
        setLinked(true);
        if (broken) catchUp(mine); // a change of mode may have been missed
        broken = false;
      }, mine);
    } catch (problem) {
      if (mine !== epoch) return;
      if (problem.lostConversation) return loseConversation(mine);
    }
    if (mine !== epoch) return;
    failures = Date.now() - opened > 10_000 ? 0 : failures + 1;
    if (failures === 0 && !broken) continue; // a long stream may end by itself: reopen at once
    broken = true;
    setLinked(false);
    const seconds = Math.min(2 ** Math.max(0, failures - 1), 30);
    await new Promise((resolve) => {
      wakeUp = resolve;
      setTimeout(resolve, seconds * 1_000);
    });
  }
}

/** A stream that waits before it tries again tries now. */
export const wake = () => wakeUp();

/** Ends the present connection; it is opened again unless the conversation is another. */
export const cut = () => control?.abort();

/** Ends listening, for a conversation that is left. */
export function stopListening() {
  cut();
  control = null;
  streamSeq = 0;
  wake();
}

async function readStream(id, token, opened, mine) {
  const own = new AbortController();
  control = own;
  let watchdog = setTimeout(() => own.abort(), CALL_LIMIT);
  try {
    const response = await fetch(`${API}${pathOf("events", id)}?after=${streamSeq}`, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` }, cache: "no-store", signal: own.signal,
    });
    if (!response.ok || !response.body) throw new Problem(response.status, "");
    opened();
    const parse = eventParser((name, data) => mine === epoch && onEvent(name, data));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => own.abort(), STREAM_SILENCE);
      const { value, done } = await reader.read();
      if (done) return;
      parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(watchdog);
    own.abort();
  }
}

function onEvent(name, text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return; // one bad event must not end the stream
  }
  if (name === "message") {
    receive(data);
    streamSeq = Math.max(streamSeq, Number(data?.seq) || 0);
  }
  if (name === "typing") setTyping(Boolean(data?.on));
  if (name === "mode") setMode(data?.mode);
}

async function catchUp(mine) {
  const history = await fetchHistory().catch(() => null);
  if (!history || mine !== epoch) return;
  setMode(history.mode);
  list(history.messages).forEach((message) => receive(message));
}
