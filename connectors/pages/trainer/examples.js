// What the bot is taught: the accepted lines that are written, any other by its words, and out again.

import { attempt, call, make, tell } from "/desk/core.js";
import { empty, fill } from "./states.js";

const AT_ONCE = 30;
const WAIT = 250; // ms after the last letter

export class Examples {
  /** `changed` is called when an example was taken out. */
  constructor(changed) {
    Object.assign(this, { changed, timer: null });
    this.search = make("input", { type: "search", maxLength: 200, placeholder: "按文字找；空着就是认可后写入的", ariaLabel: "找例句" });
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(), WAIT);
    });
    this.shown = make("div");
    this.part = make("details", {}, make("summary", { text: "已写入的例句" }), make("div", { className: "filters" }, this.search), this.shown);
    this.part.addEventListener("toggle", () => this.read());
  }

  read() {
    if (!this.part.open) return;
    fill(this.shown, () => call("GET", "/training/examples", { query: { q: this.search.value.trim(), limit: AT_ONCE } }), (found) => this.draw(found));
  }

  draw({ examples, total, intents }) {
    if (!examples.length) return empty(this.search.value.trim() ? "没有这样的例句" : "还没有认可后写入的例句", "写错的例句可以在这里找到，再去掉。");
    return [
      total > examples.length ? make("p", { className: "soft", text: `找到 ${total} 句，这里是前 ${examples.length} 句，多写几个字再找。` }) : null,
      make("ul", { className: "lines" }, ...examples.map((each) => make("li", {}, make("b", { text: intents[each.intent] ?? each.intent }), ` ${each.text} `,
        make("button", { type: "button", text: "去掉", ariaLabel: `去掉：${each.text}`, on: (event) => this.takeOut(each, event.currentTarget) })))),
    ];
  }

  takeOut(each, key) {
    return attempt(async () => {
      await call("DELETE", "/training/examples", { query: each });
      tell("已从训练数据去掉。线上机器人没有变，训练并换上后才生效。");
      this.read();
      this.changed();
    }, key);
  }
}
