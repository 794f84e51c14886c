// What customers were not content with, for those who lead: they were told that it is passed on.

import { $, call, clock, list, make, str, tell } from "./core.js";
import { labels } from "./state.js";

let openTalk = () => {};

const row = (talk) => make("button", { type: "button", className: "row", data: { id: talk.conversation_id }, on: () => openTalk(talk.conversation_id) },
  make("b", { text: str(talk.agent) }),
  make("span", { className: "soft", text: clock(talk.ended_at ?? talk.at) }),
  make("span", { className: "line", text: labels.centres?.find((each) => each.name === talk.profile)?.title ?? talk.profile }));

async function draw() {
  const answer = await call("GET", "/desk/talks").catch(() => null);
  if (!answer) return; // asked again with the next mark
  const talks = list(answer.talks).filter((each) => each.is_bad);
  $("bad-part").hidden = !talks.length;
  $("bad-count").textContent = talks.length;
  $("bad").replaceChildren(...talks.map((each) => make("li", {}, row(each))));
}

/** Begins the list where the role reads others' talks; `show(id)` opens a conversation. */
export function beginRated({ show }) {
  openTalk = show;
  $("bad-part").hidden = true;
  if (labels.rights.includes("read_others_talks")) draw();
}

/** A customer has just said so. */
export function noteRated() {
  tell("有客户对刚结束的人工服务不满意，见左边的列表", { bad: true });
  draw();
}
