// The lines that the bot may have misread: what it took them for, and one click to say what they are.

import { attempt, call, list, make, tell } from "/desk/core.js";
import { empty, fill } from "./states.js";
import { moment, percent } from "./words.js";

const AT_ONCE = 10;
const DOUBT = { unsure: "拿不准", not_known: "没答上来", handed_over: "马上转了人工" };
const USUAL = "consult"; // what most misread lines are

export class Utterances {
  /** `changed` is called when what is accepted has changed. */
  constructor(context, changed) {
    Object.assign(this, { context, changed, cards: [], current: 0, found: { total: 0, intents: {} } });
    this.summary = make("span", { className: "soft" });
    this.filter = make("select", { ariaLabel: "只看" }, make("option", { value: "", text: "全部" }), ...Object.entries(DOUBT).map(([value, text]) => make("option", { value, text })));
    this.filter.addEventListener("change", () => this.load());
    this.done = make("p", { className: "done-bar", role: "status", hidden: true });
    this.list = make("div", { className: "gap-list" });
    this.more = make("div", { className: "acts" });
    this.history = make("div");
    this.past = make("details", { className: "past" }, make("summary", { text: "最近处理" }), this.history);
    this.past.addEventListener("toggle", () => { if (this.past.open) this.showHistory(); });
    // one part: what was done stays in sight beside the lines only
    this.part = make("div", {},
      make("div", { className: "filters" }, this.filter, this.summary, make("button", { type: "button", text: "刷新", on: () => this.load() })),
      this.done, this.list, this.more, this.past);
    this.load();
  }

  query(more) {
    return { profile: this.context.profile, ...(this.filter.value && { doubt: this.filter.value }), ...more };
  }

  load(limit = AT_ONCE) {
    return fill(this.list, () => call("GET", "/training/utterances", { query: this.query({ limit: Math.min(Math.max(limit, AT_ONCE), 100) }) }), (found) => {
      this.found = found;
      this.cards = found.utterances.map((each) => this.card(each));
      this.current = Math.min(this.current, Math.max(this.cards.length - 1, 0));
      this.count();
      queueMicrotask(() => this.mark());
      return this.cards.length ? this.cards.map((each) => each.element)
        : empty("没有要看的话", "机器人拿不准的、没答上来的、客户马上转了人工的话，会在十几秒内集中到这里，个人信息已隐去。");
    });
  }

  count() {
    this.summary.textContent = this.found.total ? `${this.found.total} 句` : "";
    const left = this.found.total - this.cards.length;
    this.more.replaceChildren(...(left > 0 ? [make("button", { type: "button", text: `再显示 ${Math.min(left, AT_ONCE)} 句`, on: () => this.load(this.cards.length + AT_ONCE) })] : []));
  }

  name(intent) {
    return this.found.intents[intent] ?? intent;
  }

  card(said) {
    const { read } = said;
    const card = { said, likely: [...new Set([read.first, USUAL])].filter((each) => each in this.found.intents) };
    const key = (text, words, act, more = {}) => make("button", { type: "button", ...more, on: (event) => act(event.currentTarget) }, make("kbd", { text }), ` ${words}`);
    card.others = make("div", { className: "acts intents" });
    card.element = make("article", { className: "gap", tabIndex: -1, ariaLabel: said.text },
      make("p", { className: "said-line", text: said.text }),
      make("p", { className: "gap-head soft" }, make("span", { text: `听成：${this.name(read.first)}（把握 ${percent(read.confidence)}）` }),
        make("span", { className: "tag", text: DOUBT[said.doubt] ?? said.doubt }), said.count > 1 ? make("b", { text: `${said.count} 次` }) : null, make("span", { text: moment(said.at) })),
      make("div", { className: "acts" },
        ...card.likely.map((intent, place) => key(place + 1, `${intent === read.first ? "就是" : "是"}${this.name(intent)}`, (button) => this.relabel(card, intent, button), { className: place ? "" : "act" })),
        key("x", "不用", (button) => this.reject(card, button))),
      card.others);
    for (const what of ["focusin", "click"]) card.element.addEventListener(what, () => { this.current = Math.max(this.cards.indexOf(card), 0); this.mark(); });
    return card;
  }

  /** The current card shows every intent, so that whatever it is takes one click. */
  mark({ scroll = false } = {}) {
    this.cards.forEach((card, place) => {
      const isCurrent = place === this.current;
      card.element.dataset.current = isCurrent ? "yes" : "";
      if (!isCurrent) card.others.replaceChildren();
      else if (!card.others.childElementCount) {
        card.others.replaceChildren(make("span", { className: "soft", text: "其实是：" }), ...Object.entries(this.found.intents).filter(([intent]) => !card.likely.includes(intent))
          .map(([intent, text]) => make("button", { type: "button", text, on: (event) => this.relabel(card, intent, event.currentTarget) })));
      }
    });
    if (scroll) this.cards[this.current]?.element.scrollIntoView({ block: "nearest" });
  }

  relabel(card, intent, key) {
    return this.decide(card, key, `/training/utterances/${card.said.utterance_id}/relabel`, { intent }, `已记为“${this.name(intent)}”的例句`);
  }

  reject(card, key) {
    return this.decide(card, key, `/training/utterances/${card.said.utterance_id}/reject`, {}, "已标为不用");
  }

  async decide(card, key, path, body, words) {
    if (card.busy) return;
    card.busy = true;
    try {
      const made = await attempt(() => call("POST", path, { body: { profile: this.context.profile, ...body } }), key);
      if (made) this.take(card, made, words);
    } finally {
      card.busy = false;
    }
  }

  take(card, made, words) {
    this.cards = this.cards.filter((each) => each !== card);
    card.element.remove();
    this.found = { ...this.found, total: this.found.total - 1 };
    this.current = Math.min(this.current, Math.max(this.cards.length - 1, 0));
    this.done.replaceChildren(make("span", { text: `✓ ${words}：${made.text}` }), " ", make("button", { type: "button", text: "撤销", on: (event) => this.undo(made, event.target) }));
    this.done.hidden = false;
    if (this.cards.length) {
      this.count();
      this.mark({ scroll: true });
    } else this.load();
    if (this.past.open) this.showHistory();
    this.changed();
  }

  undo(made, key) {
    return attempt(async () => {
      await call("DELETE", `/training/utterances/${made.utterance_id}/verdict`, { query: { profile: this.context.profile } });
      this.done.hidden = true;
      tell("已撤销，这句话回到列表；已写入训练数据的不会删掉。");
      if (this.past.open) this.showHistory();
      this.changed();
      await this.load(this.cards.length + 1);
    }, key);
  }

  showHistory() {
    return fill(this.history, () => call("GET", "/training/utterances/decided", { query: { profile: this.context.profile, limit: 30 } }), ({ utterances }) => (utterances.length
      ? make("ul", { className: "decisions" }, ...list(utterances).map((each) => make("li", {}, make("span", { className: "soft", text: `${moment(each.decided_at)} ${each.decided_by}` }),
        make("b", { text: each.verdict === "rejected" ? "不用" : this.name(each.intent) }), make("span", { className: "what", text: each.text }),
        make("button", { type: "button", text: "撤销", on: (event) => this.undo(each, event.target) }))))
      : make("p", { className: "soft", text: "还没有处理过。" })));
  }

  key(event) {
    const card = this.cards[this.current];
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!card) return;
    if (step) this.current = Math.min(Math.max(this.current + step, 0), this.cards.length - 1);
    else if (event.repeat) return;
    else if (card.likely[Number(event.key) - 1]) this.relabel(card, card.likely[Number(event.key) - 1]);
    else if (event.key === "x") this.reject(card);
    else return;
    event.preventDefault();
    this.mark({ scroll: true });
  }
}
