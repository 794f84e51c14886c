// What customers were not content with in the last week, for those who lead: also what one of them
// has taken note of.

import { $, call, clock, list, make, str } from "./core.js";
import { labels } from "./state.js";

let openTalk = () => {};

const row = (talk) => make("button", { type: "button", className: "row", data: { id: talk.conversation_id }, on: () => openTalk(talk.conversation_id) },
  make("b", { text: str(talk.agent) }),
  make("span", { className: "soft", text: clock(talk.ended_at ?? talk.at) }),
  make("span", { className: "line", text: labels.centres?.find((each) => each.name === talk.profile)?.title ?? talk.profile }));

/** Reads the list anew. */
export async function drawRated() {
  const answer = await call("GET", "/desk/talks", { query: { rating: "bad" } }).catch(() => null);
  if (!answer) return; // asked again with the next mark
  const talks = list(answer.talks);
  $("bad-part").hidden = !talks.length;
  $("bad-count").textContent = talks.length;
  $("bad").replaceChildren(...talks.map((each) => make("li", {}, row(each))));
}

/** Begins the list where the role reads others' talks; `show(id)` opens a conversation. */
export function beginRated({ show }) {
  openTalk = show;
  $("bad-part").hidden = true;
  if (labels.rights.includes("read_others_talks")) drawRated();
}
