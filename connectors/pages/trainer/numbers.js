// 数据: how customers' turns ended, by day and by entry; behind each number the turns themselves.

import { attempt, call, list, make } from "/desk/core.js";
import { ENDED, days, entries as bars } from "./charts.js";
import { download } from "./documents.js";
import { empty, fill } from "./states.js";
import { moment, percent } from "./words.js";

const AT_ONCE = 30;
const DRAWN = 12;
const SPANS = [[7, "近 7 天"], [14, "近 14 天"], [30, "近 30 天"], [90, "近 90 天"]];
const SENDER = { customer: "客户", bot: "机器人", agent: "坐席", system: "系统" };
// the days are the centre's, wherever whoever looks may be; Swedes write 2026-11-26
const dayOf = (at, timeZone) => at.toLocaleDateString("sv-SE", { timeZone });
const daysBefore = (day, count) => dayOf(new Date(Date.parse(day) - count * 86_400_000), "UTC");
const table = (heads, rows, className = "") => make("table", { className: `table ${className}` },
  make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...rows));

class NumbersPage {
  constructor(place, context) {
    this.context = context;
    this.first = make("input", { type: "date", ariaLabel: "从哪一天" });
    this.last = make("input", { type: "date", ariaLabel: "到哪一天" });
    const spans = SPANS.map(([count, text]) => make("button", { type: "button", text, on: () => this.back(count) }));
    const saved = make("button", { type: "button", text: "导出 Excel", on: () => attempt(() => download(`/numbers/workbook?${new URLSearchParams(this.query)}`, `服务数据-${this.first.value}-${this.last.value}.xlsx`), saved) });
    for (const input of [this.first, this.last]) input.addEventListener("change", () => this.read());
    this.shown = make("div");
    this.behind = make("div", { className: "behind" });
    place.append(make("h1", { text: "数据" }), make("div", { className: "filters" }, this.first, make("span", { text: "至" }), this.last, ...spans, make("span", { className: "space" }), saved), this.shown, this.behind);
    this.back(SPANS[1][0]);
  }

  get query() {
    return { profile: this.context.profile, ...(this.first.value && { first: this.first.value }), ...(this.last.value && { last: this.last.value }) };
  }

  back(count) {
    this.last.value = dayOf(new Date(), this.context.timezone);
    this.first.value = daysBefore(this.last.value, count - 1);
    this.read();
  }

  read() {
    this.behind.replaceChildren();
    return fill(this.shown, () => call("GET", "/numbers", { query: this.query }), (found) => this.draw(found));
  }

  draw(found) {
    const { total, words } = found;
    if (!total.turns && !total.tickets) return empty("这段时间没有客户来过", "换一段时间看看；客户说过话之后，几秒内就能在这里看到。");
    const share = (name) => (total.turns ? percent(total[name] / total.turns, 1) : "—");
    const sums = ["turns", ...ENDED].map((name) => make("tr", {},
      make("th", { scope: "row", text: words[name].label }),
      make("td", { className: "number", data: { label: "次数" } }, this.key(total[name], name === "turns" ? {} : { ended: name })),
      make("td", { className: "number", text: name === "turns" ? "" : share(name), data: { label: "占比" } }),
      make("td", { className: "soft", text: words[name].meaning })));
    const beside = ["tickets", "emergencies", "conversations", "with_person"].map((name) => make("tr", {},
      make("th", { scope: "row", text: words[name].label }), make("td", { className: "number", text: total[name], data: { label: "数量" } }), make("td", {}), make("td", { className: "soft", text: words[name].meaning })));
    return [
      make("div", { className: "figure wide" }, days(found.days, words)),
      table(["", "次数", "占问话", "口径"], [...sums, ...beside], "sums"),
      make("details", {}, make("summary", { text: "每一天" }), this.byDay(found)),
      make("h2", { text: "每条词条" }), this.byEntry(found),
    ];
  }

  byDay({ days: those, words }) {
    const names = ["turns", ...ENDED, "tickets", "emergencies"];
    return table(["日期", ...names.map((name) => words[name].label)], [...those].reverse().map((each) => make("tr", {}, make("th", { scope: "row", text: each.day }),
      ...names.map((name) => make("td", { className: "number", data: { label: words[name].label } }, ENDED.includes(name) ? this.key(each[name], { ended: name, first: each.day, last: each.day }) : String(each[name]))))), "by-day");
  }

  byEntry({ entries, entries_in_all: inAll, words }) {
    if (!entries.length) return make("p", { className: "soft", text: "这段时间没有说过任何词条。" });
    const names = ["answered", "offered", "helped", "no_help"];
    const opens = this.context.rights.includes("teach");
    const line = (each) => make("tr", {}, make("td", { className: "main" }, opens ? make("a", { href: `#entries/${encodeURIComponent(each.entry_id)}`, text: each.title || each.entry_id }) : make("b", { text: each.title || each.entry_id })),
      ...names.map((name) => make("td", { className: "number", data: { label: words[name].label } }, name === "answered" ? this.key(each[name], { entry_id: each.entry_id }) : String(each[name]))));
    const body = entries.slice(0, AT_ONCE).map(line);
    const made = table(["词条", ...names.map((name) => words[name].label)], body);
    const more = make("button", { type: "button", text: `其余 ${entries.length - AT_ONCE} 条`, hidden: entries.length <= AT_ONCE, on: () => { made.tBodies[0].append(...entries.slice(AT_ONCE).map(line)); more.hidden = true; } });
    const spoken = (each) => each.answered + each.offered;
    const drawn = [...entries].sort((one, other) => spoken(other) - spoken(one)).slice(0, DRAWN);
    return make("div", {}, make("p", { className: "soft", text: entries.length > DRAWN ? `说得最多的 ${DRAWN} 条；全部在下面的表里。` : "" }), bars(drawn, words),
      make("p", { className: "soft", text: `${words.offered.label}：${words.offered.meaning}${inAll > entries.length ? `这里是前 ${entries.length} 条，全部 ${inAll} 条在导出的 Excel 里。` : ""}` }), made, more);
  }

  /** A number that shows the turns behind it. */
  key(count, query) {
    return count ? make("button", { type: "button", className: "count", text: count, title: "看是哪些问话", on: (event) => attempt(() => this.look({ ...this.query, ...query }), event.currentTarget) }) : make("span", { text: "0" });
  }

  async look(query) {
    const found = await call("GET", "/numbers/turns", { query: { ...query, limit: AT_ONCE } });
    const turns = list(found.turns);
    const body = make("div", {}, ...turns.map((turn) => this.turn(turn)));
    let shown = turns.length;
    const more = make("button", { type: "button", text: "再显示一些", hidden: shown >= found.total, on: () => attempt(async () => {
      const next = await call("GET", "/numbers/turns", { query: { ...query, limit: AT_ONCE, offset: shown } });
      shown += next.turns.length;
      body.append(...next.turns.map((turn) => this.turn(turn)));
      more.hidden = shown >= next.total || !next.turns.length;
    }, more) });
    const heading = make("h2", { text: `问话 ${found.total} 条`, tabIndex: -1 });
    this.behind.replaceChildren(heading, make("p", { className: "soft", text: "新的在前；有人举报的会话不列出，所以可能比上面的数少。" }), body, more);
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  }

  turn(turn) {
    const inside = make("div", { className: "talk" });
    const open = turn.conversation_id ? make("button", { type: "button", text: "看整个会话", on: () => attempt(async () => {
      const { messages } = await call("GET", `/staff/conversations/${turn.conversation_id}/messages`);
      inside.replaceChildren(...list(messages).map((line) => make("p", {}, make("span", { className: "soft", text: `${moment(line.at)} ${SENDER[line.sender] ?? line.sender}：` }), make("span", { text: line.text }))));
      open.hidden = true;
    }, open) }) : null;
    return make("article", { className: "turn" }, make("p", {}, make("span", { className: "soft", text: `${moment(turn.at)} ` }), make("b", { text: turn.asked })), make("p", { className: "suggest-text", text: turn.answered }), open, inside);
  }
}

export default {
  id: "numbers",
  title: "数据",
  right: "read_numbers",
  open(place, context) {
    return { page: new NumbersPage(place, context) };
  },
};
