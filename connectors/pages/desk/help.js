// The help beside a talk: suggested wordings, the rules found, and the check of a draft.

import { $, call, clock, copy, list, make, Problem, str } from "./core.js";

const WAIT = 250; // after the last key, before the desk is asked
const SURE = [[0.85, "很可能"], [0.6, "可能"], [0, "不确定"]];
const KIND = { faq: "问答", policy: "规定", script: "话术" };

const sureness = (probability) => SURE.find(([from]) => probability >= from)[1];
const percent = (probability) => `${Math.round(probability * 100)}%`;

function validity(each) {
  const until = each.valid_to ? `至 ${str(each.valid_to).slice(0, 10)}` : "长期有效";
  return [each.source, each.region && `仅${each.region}`, until].filter(Boolean).join(" · ");
}

/**
 * The suggestion pane. `insert(text)` puts a wording where the agent writes. What became of it is
 * told to the desk at once, or with `settles` when the draft is sent: as it was, edited or ignored.
 * The pane does not move while the pointer is used on it.
 */
export function suggestions(place, { insert, keys = true, settles = false }) {
  let shown = [];
  let taken = null; // what was put into the draft, until the draft is sent
  let pending = null;
  let control = null;
  let asked = {};
  let why = "";

  const draw = () => {
    place.replaceChildren(...(shown.length ? shown.map(card) : [empty()]));
  };
  const empty = () => make("div", { className: "empty" },
    make("p", { text: asked.text || asked.conversation_id ? "没有合适的答复" : "客户说话以后，这里会有可以直接用的答复" }),
    asked.text || asked.conversation_id ? make("p", { text: why || "可以在下面搜索规定，或登记工单后回复。" }) : null);

  function card(each, place_) {
    const head = make("div", { className: "suggest-head" },
      keys ? make("kbd", { text: String(place_ + 1) }) : null,
      make("b", { text: `${percent(each.probability)} ${sureness(each.probability)}` }),
      make("span", { className: "soft", text: [each.phase, KIND[each.kind]].filter(Boolean).join(" · ") }));
    const short = str(each.short);
    const body = make("p", { className: "suggest-text", text: each.text });
    const take_ = (text) => () => take(each, text);
    const acts = make("div", { className: "acts" },
      make("button", { type: "button", text: "采用", className: "act", on: take_(each.text) }),
      short && short !== each.text ? make("button", { type: "button", text: "采用简短的", on: take_(short) }) : null,
      make("button", { type: "button", text: "复制", on: () => { copy(each.text); if (!settles) outcome(each, "picked"); } }),
      make("button", { type: "button", text: "不对", title: "标为不合适，以后排得靠后", on: (event) => {
        outcome(each, "wrong");
        event.target.closest(".suggest").classList.add("wrong");
      } }));
    const basis = make("p", { className: "basis", text: `依据 ${validity(each)}` });
    if (place_ === 0) return make("article", { className: "suggest first" }, head, body, basis, acts);
    const fold = make("details", { className: "suggest" }, make("summary", {}, head, make("span", { className: "line", text: each.text })), body, basis, acts);
    return fold;
  }

  function take(each, text) {
    insert(text);
    if (settles) taken = { each, text };
    else outcome(each, "picked");
  }

  async function outcome(each, what) {
    try {
      await call("POST", "/suggestions/outcome", { body: { suggestion_id: each.suggestion_id, outcome: what } });
    } catch { /* what was picked is worth knowing, not worth stopping for */ }
  }

  // a pointer that rests here while somebody types is not about to press anything
  let pointed = false;
  place.addEventListener("pointermove", () => { pointed = true; });
  document.addEventListener("keydown", () => { pointed = false; });
  const held = () => pointed && place.matches(":hover") && shown.length;

  return {
    get shown() { return shown; },
    pick(number) {
      const each = shown[number];
      if (!each) return false;
      take(each, each.text);
      return true;
    },
    /** A draft was sent: what became of the wording in it, or that the best one was not wanted. */
    settle(sent) {
      if (taken) outcome(taken.each, sent.includes(taken.text) ? "picked" : "edited");
      else if (shown.length) outcome(shown[0], "ignored");
      taken = null;
    },
    clear() {
      control?.abort();
      asked = {};
      shown = [];
      taken = null;
      draw();
    },
    ask(question) {
      clearTimeout(pending);
      asked = question;
      pending = setTimeout(async () => {
        control?.abort();
        control = new AbortController();
        const mine = control;
        const slow = setTimeout(() => place.classList.add("loading"), 200);
        try {
          const answer = await call("POST", "/suggestions", { body: question, signal: mine.signal });
          if (mine.signal.aborted) return;
          place.classList.toggle("held", Boolean(held()));
          while (held() && !mine.signal.aborted) await new Promise((done) => { setTimeout(done, 150); });
          if (mine.signal.aborted) return;
          shown = list(answer.suggestions);
          why = str(answer.reason);
          draw();
        } catch (problem) {
          if (mine.signal.aborted || !(problem instanceof Problem)) return;
          shown = [];
          place.replaceChildren(make("div", { className: "empty" },
            make("p", { text: problem.message }),
            make("button", { type: "button", text: "重试", on: () => this.ask(question) })));
        } finally {
          clearTimeout(slow);
          if (control === mine) place.classList.remove("loading", "held");
        }
      }, WAIT);
    },
  };
}

/** The knowledge search: a field and what was found under it. */
export function search(input, place, { insert, profile }) {
  let pending = null;
  const ask = async () => {
    const q = input.value.trim();
    if (!q) {
      place.replaceChildren();
      return;
    }
    try {
      const answer = await call("GET", "/knowledge/search", { query: { q, k: "5", ...(profile() && { profile: profile() }) } });
      if (q !== input.value.trim()) return;
      const found = list(answer.entries).filter((each) => each.probability > 0.02);
      place.replaceChildren(...(found.length ? found.map(row) : [make("p", { className: "empty", text: "没有找到，换个说法试试" })]));
    } catch (problem) {
      place.replaceChildren(make("p", { className: "empty", text: problem.message }));
    }
  };
  const row = (each) => make("details", { className: "found" },
    make("summary", {}, make("b", { text: each.title }), make("span", { className: "soft", text: ` ${percent(each.probability)} · ${KIND[each.kind] ?? ""}` })),
    make("p", { className: "suggest-text", text: each.answer }),
    make("p", { className: "basis", text: `依据 ${validity(each)}` }),
    make("div", { className: "acts" },
      make("button", { type: "button", className: "act", text: "采用", on: () => insert(each.answer) }),
      make("button", { type: "button", text: "复制", on: () => copy(each.answer) })));
  input.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      place.replaceChildren();
      input.blur();
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      clearTimeout(pending);
      ask().then(() => { const first = place.querySelector("details"); if (first) first.open = true; });
    }
  });
}

// what must be confirmed before it is sent, first
const SEVERITY = { breach: "须改", warning: "提醒", info: "建议" };
const RANK = Object.keys(SEVERITY);

/**
 * The check of a draft: findings under the field, each with its rewrite. A breach must be
 * confirmed before sending, and so must a draft that could not be checked.
 */
export function etiquette(area, place, { context }) {
  let pending = null;
  let findings = [];
  let checked = "";
  const draw = () => {
    place.hidden = !findings.length;
    place.replaceChildren(...findings.map((each) => make("div", { className: "finding", data: { severity: each.severity } },
      make("p", {},
        make("b", { text: `${SEVERITY[each.severity] ?? SEVERITY.warning} ` }),
        make("span", { text: str(each.message) }),
        make("mark", { text: checked.slice(each.span[0], each.span[1]) }),
        make("span", { className: "soft", text: str(each.document) })),
      each.rewrite ? make("button", { type: "button", text: "采用改写", on: () => apply(each) }) : null)));
  };
  const apply = (each) => {
    if (area.value !== checked) return;
    area.value = checked.slice(0, each.span[0]) + each.rewrite + checked.slice(each.span[1]);
    area.dispatchEvent(new Event("input"));
    area.focus();
  };
  /** The findings of a text; null when the check itself did not work. */
  const check = async (text = area.value) => {
    const answer = text.trim() ? await call("POST", "/etiquette", { body: { text, ...context() } }).catch(() => null) : { findings: [] };
    if (!answer) return null;
    const found = list(answer.findings).sort((one, other) => RANK.indexOf(one.severity) - RANK.indexOf(other.severity));
    if (area.value === text) {
      checked = text;
      findings = found;
      draw();
    }
    return found;
  };
  area.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(() => check(), WAIT);
  });
  return {
    check,
    clear() {
      findings = [];
      draw();
    },
  };
}

/**
 * The fields of a kind of ticket, one label each, filled with what is known of them: `{value}` by
 * name. `under(known)` makes what stands under a field that is known, as where it was told.
 */
export function ticketFields(fields, known, under = () => null) {
  return fields.map(({ name, label, offers }) => {
    const input = offers.length
      ? make("select", { name }, make("option", { value: "", text: "—" }), ...offers.map((each) => make("option", { value: each, text: each })))
      : name === "words" ? make("textarea", { name, rows: 2 }) : make("input", { name });
    input.value = str(known[name]?.value);
    return make("label", {}, make("span", { text: label }), input, known[name] ? under(known[name]) : null);
  });
}

const SAME = { talk: "这个会话登记的", phone: "同一个电话", address: "同一个地址", building: "同一栋楼" };

/**
 * Says in a list what there is already of a matter: the event, and open tickets of the talk, the
 * phone, the home, the building. `show(no)` opens one, where the page can.
 */
export function drawThere(place, { open: tickets, event }, show = null) {
  const lines = [];
  if (event) {
    const until = event.restore_at ? `，预计 ${clock(event.restore_at)} 恢复` : "";
    lines.push(`这一片正在处理：${event.area} ${event.matter}${event.cause ? `（${event.cause}）` : ""}${until}。登记后会并入事件 ${event.no}。`);
  }
  const rows = tickets.map((each) => make("li", { className: "there" },
    make("b", { text: SAME[each.same] ?? each.same }),
    show ? make("button", { type: "button", className: "link", text: each.no, on: () => show(each.no) }) : make("span", { text: each.no }),
    make("span", { text: `${each.kind} · ${each.state} · ${clock(each.at)} 登记` })));
  if (rows.length) lines.push("已有未办结的工单。是同一件事就不用再登记，请取消后告诉客户工单号：");
  place.replaceChildren(...lines.map((text) => make("li", { text })), ...rows);
  place.hidden = !lines.length;
}

/** What is filled in under a place, by name; empty fields are left out. */
export function filledIn(place) {
  const inputs = [...place.querySelectorAll("[name]")];
  return Object.fromEntries(inputs.map((each) => [each.name, each.value.trim()]).filter(([, value]) => value));
}

/** A ticket as one row; its number opens it with `open`. */
export function ticketRow(ticket, labels, open) {
  const due = ticket.due_at ? `${clock(ticket.due_at)} 前` : "";
  return make("div", { className: "ticket-row" },
    make("button", { type: "button", className: "link", text: ticket.no, on: () => open(ticket.no) }),
    make("span", { text: labels.kinds[ticket.kind] ?? ticket.kind }),
    make("span", { className: "soft", text: labels.states[ticket.state] ?? ticket.state }),
    due ? make("span", { className: "soft", text: due }) : null,
    make("button", { type: "button", text: "复制", on: () => copy(ticket.no) }));
}
