// The line 下一步 of a ticket's sheet: what may be done now, and the small form of whatever is chosen.

import { $, make, Problem, str, tell } from "./core.js";
import { filledIn } from "./help.js";
import { actorOf, happened, stateOf } from "./words.js";
import { verbsOf } from "./sheet_verbs.js";

let ticket = null;
let chosen = null; // the verb whose form is open
let renew = async () => {}; // reads the ticket again and draws it
let reveal = () => {}; // shows what a look at an informant gave
const typed = new Map(); // what was typed and not sent, by ticket and verb: it outlives the sheet

const keyOf = (verb) => `${ticket.no} ${verb.key}`;
const say = (words) => { $("sheet-words").textContent = words; };

/** Draws the line anew; a form that is open stays as it is while `keeps`. */
export function drawMoves(next, { keeps = false } = {}) {
  ticket = next;
  const verbs = verbsOf(ticket);
  $("sheet-next").hidden = !verbs.length;
  if (keeps) chosen = verbs.find((each) => each.key === chosen?.key) ?? chosen;
  else close();
  drawKeys(verbs);
  const first = verbs.find((each) => each.opens);
  if (!keeps && first) show(first, { focus: false });
}

function drawKeys(verbs) {
  let digit = 0;
  const key = (verb) => {
    digit += 1;
    const button = make("button", { type: "button", data: { verb: verb.key, digit: String(digit) }, on: () => show(verb) }, digit < 10 && make("kbd", { text: String(digit), ariaHidden: "true" }), make("span", { text: verb.words }));
    if (verb.main && digit === 1) button.className = "act";
    return button;
  };
  // in this order, for the digits count on
  const main = verbs.filter((each) => each.main).map(key);
  const more = verbs.filter((each) => !each.main).map(key);
  const rest = more.length ? [make("details", { className: "more" }, make("summary", { text: main.length ? "其他操作" : "可以做的" }), make("div", { className: "choices" }, ...more))] : [];
  $("sheet-acts").replaceChildren(...main, ...rest);
  mark();
}

/** The key of the open form makes room for it. */
function mark() {
  for (const each of $("sheet-acts").querySelectorAll("[data-verb]")) each.hidden = each.dataset.verb === chosen?.key;
}

function show(verb, { focus = true } = {}) {
  chosen = verb;
  const before = typed.get(keyOf(verb)) ?? {};
  const send = make("button", { className: "act", text: verb.words, title: "Ctrl+Enter" });
  const form = $("sheet-form");
  form.replaceChildren(
    ...(verb.hint ? [make("p", { className: "soft", text: verb.hint })] : []),
    ...verb.fields.map((each) => field(each, before[each.name])),
    make("div", { className: "choices" }, send, make("button", { type: "button", text: "收起", on: () => { close(); $("sheet-title").focus(); } })));
  form.hidden = false;
  form.oninput = () => typed.set(keyOf(verb), filledIn(form));
  form.onsubmit = (event) => {
    event.preventDefault();
    submit(verb, form, send);
  };
  say("");
  mark();
  if (focus) form.querySelector("[name]")?.focus();
}

function field({ name, label, options, empty, lines, required, optional = "（可不填）", value = "", ...more }, before) {
  const input = options
    ? make("select", { name }, ...(empty === undefined ? [] : [make("option", { value: "", text: empty })]), ...options.map(([id, text]) => make("option", { value: id, text })))
    : lines ? make("textarea", { name, rows: lines, maxLength: 2000 }) : make("input", { name, maxLength: 200 });
  Object.assign(input, more);
  if (input.type !== "file") {
    const wanted = str(before ?? value);
    // a department that the centre has no more leaves the first one chosen
    const isOffered = !options || (wanted === "" ? empty !== undefined : options.some(([id]) => id === wanted));
    if (isOffered) input.value = wanted;
  }
  const mark = required || options ? "" : optional;
  return make("label", {}, make("span", { text: `${label}${mark}` }), input);
}

function close() {
  chosen = null;
  $("sheet-form").hidden = true;
  $("sheet-form").replaceChildren();
  say("");
  mark();
}

async function submit(verb, form, key) {
  if (key.disabled) return;
  const values = filledIn(form);
  const missing = verb.fields.find((each) => each.required && !values[each.name]);
  const wrong = missing ? `请填写：${missing.label}` : verb.check?.(values) ?? "";
  if (wrong) {
    say(wrong);
    form.elements[missing?.name ?? verb.fields[0].name]?.focus();
    return;
  }
  key.disabled = true;
  say("");
  const { no } = ticket;
  try {
    const answer = await verb.send(ticket, values, form);
    typed.delete(`${no} ${verb.key}`);
    tell(verb.done);
    dispatchEvent(new Event("ticket-changed"));
    if (ticket.no !== no) return;
    if (await renew()) $("sheet-title").focus();
    if (verb.shows) reveal(answer);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (ticket.no === no) await refused(problem);
  } finally {
    key.disabled = false;
  }
}

/** Says why it was not done. Where another was faster the sheet shows what they did, and what was typed stays. */
async function refused(problem) {
  const isStale = problem.type === "TicketChanged" || problem.type === "MoveNotAllowed";
  const before = ticket;
  if (!isStale || !(await renew({ keeps: true })) || ticket.version === before.version) {
    say(problem.message);
    return;
  }
  const last = ticket.history.at(-1);
  say(`您查看之后，${actorOf(last.actor)} 改过这张工单：${happened(last, ticket.history.at(-2), ticket)}。工单现在是“${stateOf(ticket.state)}”。您填的还在，请核对后再提交。`);
}

/** Begins the line: `renews({keeps})` reads and draws the ticket anew, `reveals(answer)` shows an informant. */
export function beginMoves({ renews, reveals }) {
  renew = renews;
  reveal = reveals;
}

function keys(event) {
  if (event.isComposing) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.ctrlKey && event.key === "Enter" && chosen && typing) {
    event.preventDefault();
    $("sheet-form").requestSubmit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && chosen && typing) {
    // the first Escape leaves the field, the second the sheet; what was typed is kept
    event.preventDefault();
    $("sheet-title").focus();
  } else if (!typing && !event.repeat && /^[1-9]$/.test(event.key)) {
    const key = $("sheet-acts").querySelector(`[data-digit="${event.key}"]:not([hidden])`);
    if (!key?.checkVisibility()) return; // folded away: its digit cannot be seen
    event.preventDefault();
    key.click();
  }
}
$("sheet").addEventListener("keydown", keys);
