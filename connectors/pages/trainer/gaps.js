// 缺口: what customers asked and nobody answered well, by meaning; one key for each decision.

import { attempt, call, clock, list, make, tell } from "/desk/core.js";
import { Deciding } from "./deciding.js";
import { askForEntry, askForIntent } from "./gapforms.js";
import { fill } from "./states.js";
import { percent } from "./words.js";

const AT_ONCE = 20;
const WHY = { not_known: "没答上来", not_picked: "选项没人选", thumb_down: "客户点了没用", handed_over: "转了人工", own_words: "坐席用了自己的话" };
const FATE = { similar: "加入相似问", entry: "新词条", out_of_scope: "不属于本中心", business: "机器人业务" };
const KEYS = [["a", "similar"], ["n", "entry"], ["o", "out_of_scope"], ["b", "business"]];
const moment = (at) => `${new Date(at).toDateString() === new Date().toDateString() ? "今天 " : ""}${clock(at)}`;

class GapsPage extends Deciding {
  constructor(place, context) {
    super(context);
    this.found = { gaps: [], total: 0, lines: 0, intents: {} };
    this.summary = make("p", { className: "soft" });
    place.append(
      make("header", { className: "page-head" }, make("h1", { text: "缺口" }), this.summary,
        make("span", { className: "space" }), this.refreshKey()),
      this.done, this.list, this.more, this.past,
      make("p", { className: "keys-help soft" }, "按键：", ...[["↑↓", "换一个"], ["1 2 3", "选词条"], ["0", "都不是"], ...KEYS.map(([key, fate]) => [key, FATE[fate]]), ["t", "加为测试题"]].map(([key, words]) => make("span", {}, make("kbd", { text: key }), ` ${words}`))),
    );
    this.load();
  }

  load(limit = AT_ONCE) {
    return fill(this.list, () => call("GET", "/gaps", { query: { profile: this.context.profile, limit: Math.min(limit, 50) } }), (found) => this.draw(found));
  }

  draw(found) {
    this.found = found;
    const shown = this.show(found.gaps.map((gap) => this.card(gap)),
      "现在没有缺口", "没答上来的、选项没人选的、点了“没用”的、转了人工的问题，会在十几秒内集中到这里。");
    this.tellCount();
    this.drawMore();
    return shown;
  }

  tellCount() {
    const { total, lines, most_lines: most } = this.found;
    this.summary.textContent = total ? `${total} 个缺口，共 ${lines} 条提问${lines >= most ? `（只看最近 ${most} 条）` : ""}` : "";
  }

  drawMore() {
    this.offerMore(this.found.total - this.cards.length, AT_ONCE, "个", (event) => attempt(() => this.showMore(), event.target));
  }

  async showMore() {
    const next = await call("GET", "/gaps", { query: { profile: this.context.profile, offset: this.cards.length, limit: AT_ONCE } });
    const known = new Set(this.cards.map((card) => card.gap.gap_id));
    for (const gap of next.gaps.filter((each) => !known.has(each.gap_id))) {
      const card = this.card(gap);
      this.cards.push(card);
      this.list.append(card.element);
    }
    this.found = { ...this.found, total: next.total, lines: next.lines };
    this.tellCount();
    this.drawMore();
  }

  // ---------------------------------------------------------------- one gap

  card(gap) {
    const card = { gap, chosen: 0, lineIds: gap.line_ids, wordings: gap.teaches };
    const examples = make("ul", { className: "examples" }, ...gap.examples.map((text) => make("li", { text })));
    const left = make("div", { className: "said-part" },
      make("p", { className: "gap-head" }, make("b", { text: `${gap.count} 次` }),
        make("span", { className: "soft", text: gap.count > 1 ? `${moment(gap.first_at)} 至 ${moment(gap.last_at)}` : moment(gap.last_at) }),
        ...Object.entries(gap.whys).map(([why, count]) => make("span", { className: "tag", text: `${WHY[why] ?? why}${gap.count > 1 ? ` ${count}` : ""}` }))),
      examples,
      gap.answer ? make("p", { className: "agent-said" }, make("span", { className: "soft", text: "坐席答：" }), gap.answer) : null,
      gap.count > gap.examples.length ? this.allLines(card, examples) : null);
    card.entries = list(gap.nearest).map((entry, place) => this.entry(card, entry, place));
    const right = make("div", { className: "entries-part" }, make("p", { className: "soft", text: card.entries.length ? "最接近的词条" : "没有接近的词条" }), ...card.entries.map((each) => each.element));
    const acts = make("div", { className: "acts" }, ...KEYS.filter(([, fate]) => fate !== "similar" || card.entries.length).map(([key, fate]) =>
      make("button", { type: "button", title: `按 ${key}`, className: fate === "similar" ? "act" : "", on: (event) => this.decide(card, fate, event.currentTarget) }, make("kbd", { text: key }), ` ${FATE[fate]}`)), make("button", { type: "button", title: "按 t；缺口还留在列表里", on: (event) => this.addTest(card, event.currentTarget) }, make("kbd", { text: "t" }), " 加为测试题"));
    if (card.entries.length) right.append(this.none(card));
    card.element = make("article", { className: "gap", tabIndex: -1 }, make("div", { className: "gap-parts" }, left, right), acts);
    card.element.setAttribute("aria-label", `${gap.count} 次：${gap.examples[0] ?? ""}`);
    this.choose(card, 0);
    return this.follow(card);
  }

  entry(card, entry, place) {
    const pick = make("button", { type: "button", className: "entry", on: () => this.choose(card, place) },
      make("span", { className: "entry-head" }, make("kbd", { text: place + 1 }), make("b", { text: entry.title }), make("span", { className: "soft", text: percent(entry.probability) })),
      make("span", { className: "entry-answer soft", text: entry.answer }));
    return { entry, element: pick };
  }

  /** None of the near ones: a test question is then one nobody should answer. */
  none(card) {
    card.noneKey = make("button", { type: "button", className: "entry", on: () => this.choose(card, -1) },
      make("span", { className: "entry-head" }, make("kbd", { text: 0 }), make("b", { text: "都不是" }), make("span", { className: "soft", text: "加为测试题时就是“不该答”" })));
    return card.noneKey;
  }

  choose(card, place) {
    if (place >= 0 && !card.entries[place]) return;
    card.chosen = place;
    card.noneKey?.setAttribute("aria-pressed", String(place < 0));
    card.entries.forEach((each, at) => each.element.setAttribute("aria-pressed", String(at === place)));
  }

  /** Every line with a box: what does not belong is left out of the decision and stays. */
  allLines(card, examples) {
    const place = make("div");
    const details = make("details", { className: "all-lines" }, make("summary", { text: `全部 ${card.gap.count} 条` }), place);
    details.addEventListener("toggle", () => {
      if (!details.open || place.childElementCount) return;
      fill(place, () => call("GET", `/gaps/${card.gap.gap_id}`, { query: { profile: this.context.profile } }), ({ all }) => {
        // the same words are one row, however often they came
        const said = new Map();
        for (const line of all) said.set(line.text, [...(said.get(line.text) ?? []), line]);
        const boxes = [...said].map(([text, lines]) => ({ text, lines, box: make("input", { type: "checkbox", checked: true }) }));
        const times = (lines) => `${lines.length > 1 ? `${lines.length} 次，最近 ` : ""}${clock(lines.map((line) => line.at).sort().at(-1))}`;
        const changed = () => {
          const kept = boxes.filter(({ box }) => box.checked);
          card.lineIds = kept.flatMap(({ lines }) => lines.map((line) => line.line_id));
          card.wordings = [...new Set(kept.map(({ lines }) => lines[0].teaches))].filter(Boolean).slice(0, 3);
          examples.replaceChildren(...kept.slice(0, 3).map(({ text }) => make("li", { text })));
        };
        boxes.forEach(({ box }) => box.addEventListener("change", changed));
        return [make("p", { className: "soft", text: "去掉不是一回事的；去掉的会留在列表里。" }),
          ...boxes.map(({ text, lines, box }) => make("label", { className: "one-line" }, box, make("span", { text }), make("span", { className: "soft", text: times(lines) })))];
      });
    });
    return details;
  }

  // ---------------------------------------------------------------- deciding

  async decide(card, fate, key) {
    if (card.busy) return;
    if (!card.lineIds.length) {
      tell("一条提问也没有选，请至少勾选一条。", { bad: true });
      return;
    }
    const body = { profile: this.context.profile, line_ids: card.lineIds, fate };
    if (fate === "similar") {
      const { entry } = card.entries[card.chosen] ?? {};
      if (!entry) {
        tell("请先按 1、2 或 3 选一个词条。", { bad: true });
        return;
      }
      Object.assign(body, { entry_id: entry.entry_id, wordings: card.wordings.map((text) => text.slice(0, 300)) });
    } else if (fate === "entry") {
      const draft = await askForEntry({ ...card.gap, wordings: card.wordings });
      if (!draft) return;
      Object.assign(body, draft);
    } else if (fate === "business") {
      const intent = await askForIntent(card.wordings, this.found.intents);
      if (!intent) return;
      body.intent = intent;
    }
    await this.once(card, async () => {
      const made = await attempt(() => call("POST", "/gaps/decisions", { body }), key);
      if (made) this.take(card, made);
      // somebody else was first, or something changed: the list shows how it stands
      else await this.load(this.cards.length);
    });
  }

  /** The typical line, with the chosen entry as the right one, is asked from the next run on. */
  addTest(card, key) {
    const { entry } = card.entries[card.chosen] ?? {};
    const body = { profile: this.context.profile, text: (card.wordings[0] ?? "").slice(0, 300), entries: entry ? [entry.entry_id] : [] };
    if (!body.text) return tell("这几条提问去掉个人信息后没有内容了，不能作为测试题。", { bad: true });
    return attempt(async () => {
      await call("POST", "/knowledge/tests", { body });
      tell(entry ? `已加为测试题，应该答“${entry.title}”。` : "已加为测试题，不该答。");
    }, key);
  }

  take(card, made) {
    const isLoading = this.list.hasAttribute("aria-busy");
    // what was read before the decision, and is drawn after it, would bring the gap back
    const isOld = this.drop(card) < 0 || isLoading;
    this.found = { ...this.found, total: this.found.total - 1, lines: this.found.lines - made.count };
    this.tellDone(made, `${this.outcome(made)}（${made.count} 条）`, this.entryLink(made) ?? "", " ");
    // lines left out, or a page with room: read again without losing the place
    if (isOld || made.count < card.gap.count || this.cards.length < Math.min(5, this.found.total) || !this.cards.length) this.load(Math.max(this.cards.length, AT_ONCE));
    else {
      this.tellCount();
      this.mark({ scroll: true });
    }
    this.refreshHistory();
  }

  outcome({ fate, wordings, version, intent }) {
    if (fate === "similar" && !wordings.length) return "词条里已有这些问法，没有改动";
    if (fate === "similar") return `已加入相似问，词条的新草稿待复核（第 ${version} 版）`;
    if (fate === "entry") return "已建新词条草稿，待复核";
    if (fate === "business") return `已记为机器人业务：${this.found.intents[intent] ?? intent}`;
    return "已标为不属于本中心，下次发布起不再回答";
  }

  entryLink(made) {
    return made.entry_id ? make("a", { href: `#entries/${encodeURIComponent(made.entry_id)}`, text: "看这个词条", title: made.entry_id }) : null;
  }

  async takeBack(made) {
    const undone = await call("DELETE", `/gaps/decisions/${made.decision_id}`, { query: { profile: this.context.profile } });
    return undone.entry_kept ? "已撤销，提问回到列表；词条后来有人改过，保持原样。" : "已撤销，提问回到列表。";
  }

  async readDecided() {
    return list((await call("GET", "/gaps/decisions", { query: { profile: this.context.profile, limit: 30 } })).decisions);
  }

  decidedLine(each) {
    return make("li", { className: each.undone_at ? "undone" : "" },
      make("span", { className: "soft", text: `${clock(each.at)} ${each.author}` }), make("b", { text: FATE[each.fate] }),
      make("span", { className: "what", text: each.text }),
      each.intent ? make("span", { className: "tag", text: this.found.intents[each.intent] ?? each.intent }) : this.entryLink(each),
      each.undone_at ? make("span", { className: "soft", text: `${each.undone_by} 已撤销` }) : this.undoKey(each));
  }

  press(card, event) {
    const pressed = event.key.toLowerCase();
    if (pressed === "t") {
      if (!event.repeat) this.addTest(card);
      return true;
    }
    if ("0123".includes(event.key)) {
      this.choose(card, Number(event.key) - 1);
      return true;
    }
    const [, fate] = KEYS.find(([key]) => key === pressed) ?? [];
    if (!fate || event.repeat) return false;
    this.decide(card, fate);
    return true;
  }
}

export default {
  id: "gaps",
  title: "缺口",
  open(place, context) {
    const page = new GapsPage(place, context);
    return { key: (event) => page.key(event) };
  },
};
