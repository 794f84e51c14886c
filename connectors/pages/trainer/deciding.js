// What 缺口 and 机器人 share: cards decided one by one, by key or click; what was done last, and back.

import { attempt, make, tell } from "/desk/core.js";
import { empty, fill } from "./states.js";

const STEP = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/**
 * A list of cards, `{ element, busy }`, of which one is the current one.
 *
 * Whoever extends it has `load(limit)`, `takeBack(made)` (returns what to tell), `readDecided()`,
 * `decidedLine(each)` and `press(card, event)` (false for a key it does not know), and may have
 * `marked(card, isCurrent)`.
 */
export class Deciding {
  constructor(context) {
    Object.assign(this, { context, cards: [], current: 0 });
    this.done = make("p", { className: "done-bar", role: "status", hidden: true });
    this.list = make("div", { className: "gap-list" });
    this.more = make("div", { className: "acts" });
    this.history = make("div");
    this.past = make("details", { className: "past" }, make("summary", { text: "最近处理" }), this.history);
    this.past.addEventListener("toggle", () => this.refreshHistory());
  }

  refreshKey() {
    return make("button", { type: "button", text: "刷新", on: () => this.load() });
  }

  /** What to draw into the list; without cards the words for that. */
  show(cards, words, hint) {
    this.cards = cards;
    this.current = Math.min(this.current, Math.max(cards.length - 1, 0));
    queueMicrotask(() => this.mark());
    return cards.length ? cards.map((card) => card.element) : empty(words, hint);
  }

  /** A key for what is not shown yet, `unit` by `unit`. */
  offerMore(left, atOnce, unit, act) {
    this.more.replaceChildren(...(left > 0 ? [make("button", { type: "button", text: `再显示 ${Math.min(left, atOnce)} ${unit}`, on: act })] : []));
  }

  // ---------------------------------------------------------------- the current card

  /** Whatever is touched in a card makes it the current one. */
  follow(card) {
    for (const what of ["focusin", "click"]) {
      card.element.addEventListener(what, () => {
        this.current = Math.max(this.cards.indexOf(card), 0);
        this.mark();
      });
    }
    return card;
  }

  mark({ scroll = false } = {}) {
    this.cards.forEach((card, place) => {
      card.element.dataset.current = place === this.current ? "yes" : "";
      this.marked?.(card, place === this.current);
    });
    if (scroll) this.cards[this.current]?.element.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const card = this.cards[this.current];
    const step = STEP[event.key];
    if (!card) return;
    if (step) this.current = Math.min(Math.max(this.current + step, 0), this.cards.length - 1);
    else if (!this.press(card, event)) return;
    event.preventDefault();
    this.mark({ scroll: true });
  }

  // ---------------------------------------------------------------- decided, and taken back

  /** A card is decided once, however often its key is pressed. */
  async once(card, work) {
    if (card.busy) return;
    card.busy = true;
    try {
      await work();
    } finally {
      card.busy = false;
    }
  }

  /** Takes a decided card out; whoever has gone on meanwhile stays there. Returns where it was. */
  drop(card) {
    const now = this.cards[this.current], place = this.cards.indexOf(card);
    this.cards = this.cards.filter((each) => each !== card);
    card.element.remove();
    this.current = Math.max(Math.min(now === card ? place : this.cards.indexOf(now), this.cards.length - 1), 0);
    return place;
  }

  undoKey(made) {
    return make("button", { type: "button", text: "撤销", on: (event) => this.undo(made, event.target) });
  }

  tellDone(made, words, ...more) {
    this.done.replaceChildren(make("span", { text: `✓ ${words}` }), " ", ...more, this.undoKey(made));
    this.done.hidden = false;
  }

  undo(made, key) {
    return attempt(async () => {
      const words = await this.takeBack(made);
      this.done.hidden = true;
      tell(words);
      this.refreshHistory();
      await this.load(this.cards.length + 1);
    }, key);
  }

  refreshHistory() {
    if (!this.past.open) return;
    fill(this.history, () => this.readDecided(), (decided) => (decided.length
      ? make("ul", { className: "decisions" }, ...decided.map((each) => this.decidedLine(each)))
      : make("p", { className: "soft", text: "还没有处理过。" })));
  }
}
