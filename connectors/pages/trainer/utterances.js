// The lines that the bot may have misread: what it took them for, and one click to say what they are.

import { attempt, call, list, make } from "/desk/core.js";
import { Deciding } from "./deciding.js";
import { fill } from "./states.js";
import { moment, percent } from "./words.js";

const AT_ONCE = 10;
const DOUBT = { unsure: "拿不准", not_known: "没答上来", handed_over: "马上转了人工" };
const USUAL = "consult"; // what most misread lines are

export class Utterances extends Deciding {
  /** `changed` is called when what is accepted has changed. */
  constructor(context, changed) {
    super(context);
    Object.assign(this, { changed, found: { total: 0, intents: {} } });
    this.summary = make("span", { className: "soft" });
    this.filter = make("select", { ariaLabel: "只看" }, make("option", { value: "", text: "全部" }), ...Object.entries(DOUBT).map(([value, text]) => make("option", { value, text })));
    this.filter.addEventListener("change", () => this.load());
    // one part: what was done stays in sight beside the lines only
    this.part = make("div", {},
      make("div", { className: "filters" }, this.filter, this.summary, this.refreshKey()),
      this.done, this.list, this.more, this.past);
    this.load();
  }

  query(more) {
    return { profile: this.context.profile, ...(this.filter.value && { doubt: this.filter.value }), ...more };
  }

  load(limit = AT_ONCE) {
    return fill(this.list, () => call("GET", "/training/utterances", { query: this.query({ limit: Math.min(Math.max(limit, AT_ONCE), 100) }) }), (found) => {
      this.found = found;
      const shown = this.show(found.utterances.map((each) => this.card(each)),
        "没有要看的话", "机器人拿不准的、没答上来的、客户马上转了人工的话，会在十几秒内集中到这里，个人信息已隐去。");
      this.count();
      return shown;
    });
  }

  count() {
    this.summary.textContent = this.found.total ? `${this.found.total} 句` : "";
    this.offerMore(this.found.total - this.cards.length, AT_ONCE, "句", () => this.load(this.cards.length + AT_ONCE));
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
    return this.follow(card);
  }

  /** The current card shows every intent, so that whatever it is takes one click. */
  marked(card, isCurrent) {
    if (!isCurrent) card.others.replaceChildren();
    else if (!card.others.childElementCount) {
      card.others.replaceChildren(make("span", { className: "soft", text: "其实是：" }), ...Object.entries(this.found.intents).filter(([intent]) => !card.likely.includes(intent))
        .map(([intent, text]) => make("button", { type: "button", text, on: (event) => this.relabel(card, intent, event.currentTarget) })));
    }
  }

  relabel(card, intent, key) {
    return this.decide(card, key, `/training/utterances/${card.said.utterance_id}/relabel`, { intent }, `已记为“${this.name(intent)}”的例句`);
  }

  reject(card, key) {
    return this.decide(card, key, `/training/utterances/${card.said.utterance_id}/reject`, {}, "已标为不用");
  }

  decide(card, key, path, body, words) {
    return this.once(card, async () => {
      const made = await attempt(() => call("POST", path, { body: { profile: this.context.profile, ...body } }), key);
      if (made) this.take(card, made, words);
    });
  }

  take(card, made, words) {
    this.drop(card);
    this.found = { ...this.found, total: this.found.total - 1 };
    this.tellDone(made, `${words}：${made.text}`);
    if (this.cards.length) {
      this.count();
      this.mark({ scroll: true });
    } else this.load();
    this.refreshHistory();
    this.changed();
  }

  async takeBack(made) {
    await call("DELETE", `/training/utterances/${made.utterance_id}/verdict`, { query: { profile: this.context.profile } });
    this.changed();
    return "已撤销，这句话回到列表；已写入训练数据的，在“已写入的例句”里去掉。";
  }

  async readDecided() {
    return list((await call("GET", "/training/utterances/decided", { query: { profile: this.context.profile, limit: 30 } })).utterances);
  }

  decidedLine(each) {
    return make("li", {}, make("span", { className: "soft", text: `${moment(each.decided_at)} ${each.decided_by}` }),
      make("b", { text: each.verdict === "rejected" ? "不用" : this.name(each.intent) }), make("span", { className: "what", text: each.text }), this.undoKey(each));
  }

  press(card, event) {
    if (event.repeat) return false;
    const likely = card.likely[Number(event.key) - 1];
    if (likely) this.relabel(card, likely);
    else if (event.key === "x") this.reject(card);
    else return false;
    return true;
  }
}
