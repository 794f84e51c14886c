// Calls to the desk, and the conversation they are about.

import { str } from "/common/tools.js";
import { CENTRE, keep, recall } from "./page.js";

export const API = "/api/v1";
export const CALL_LIMIT = 15_000;

export let conversation = null; // {id, token}; opened with the customer's first line
export let epoch = 0; // rises when the conversation changes; late answers to an earlier one are dropped

let opened = () => {};
let lost = () => {};
/** Called when a conversation has been opened. */
export const whenOpened = (act) => { opened = act; };
/** Called with its epoch when the server no longer knows a conversation. */
export const whenLost = (act) => { lost = act; };
export const loseConversation = (mine) => lost(mine);

/** A call that did not work. Status 0: it never came back. */
export class Problem extends Error {
  constructor(status, detail) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
  }
  get lostConversation() {
    return this.status === 401 || this.status === 404;
  }
}

export async function call(path, { body, token, limit = CALL_LIMIT, control = new AbortController() } = {}) {
  const timer = setTimeout(() => control.abort(), limit);
  try {
    const response = await fetch(API + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: control.signal,
    });
    const data = await response.json().catch(() => null);
    if (!response.ok) throw new Problem(response.status, typeof data?.detail === "string" ? data.detail : "");
    if (data === null) throw new Problem(0, "");
    return data;
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(0, "");
  } finally {
    clearTimeout(timer);
  }
}

export async function openConversation() {
  if (conversation) return conversation;
  const mine = epoch;
  let found = recall("localStorage", "conversation"); // another tab may just have opened one
  if (!found?.id) {
    const answer = await call("/conversations", { body: CENTRE ? { profile: CENTRE } : {} });
    found = { id: str(answer.conversation_id), token: str(answer.token) };
  }
  if (mine !== epoch) throw new Problem(0, "");
  conversation = found;
  keep("localStorage", "conversation", conversation);
  opened();
  return conversation;
}

/** The conversation of an earlier visit, if there was one. */
export function recallConversation() {
  conversation = recall("localStorage", "conversation");
  if (!conversation?.id) conversation = null;
}

export function forgetConversation() {
  epoch++;
  conversation = null;
  keep("localStorage", "conversation", null);
}

/** The path of something that belongs to a conversation; without an id, to the present one. */
export const pathOf = (rest, id = conversation.id) => `/conversations/${encodeURIComponent(id)}/${rest}`;

export const fetchHistory = () => call(pathOf("messages"), { token: conversation.token });

/** A file of this conversation, or null: then its name alone is shown. */
export async function fetchFile(id) {
  if (!conversation) return null;
  try {
    const response = await fetch(API + pathOf(`attachments/${encodeURIComponent(id)}`), { headers: { Authorization: `Bearer ${conversation.token}` }, cache: "no-store" });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}
