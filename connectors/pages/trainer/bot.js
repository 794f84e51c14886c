// 机器人: from a misread line to another bot in service: relabel, write, train, compare, swap.

import { attempt, call, list, make, tell } from "/desk/core.js";
import { Examples } from "./examples.js";
import { fill } from "./states.js";
import { SWAP_LIMIT, Trainings } from "./trainings.js";
import { Utterances } from "./utterances.js";
import { moment, who } from "./words.js";

const LEFT_OUT = { otherwise: "训练数据里已经是别的意图", held_out: "是测试题，不能拿来训练", no_place: "训练数据里没有这个意图", nothing: "去掉个人信息后没有内容" };
const KEYS = [["↑↓", "换一句"], ["1 2", "意图"], ["x", "不用"]];

class BotPage {
  constructor(place, context) {
    this.waiting = make("div");
    this.serving = make("div");
    this.examples = new Examples(() => this.readLessons());
    this.utterances = new Utterances(context, () => this.readLessons());
    this.trainings = new Trainings(context, { swapped: () => this.readBot() });
    place.append(make("h1", { text: "机器人" }),
      make("h2", { text: "1 可能听错的话" }), this.utterances.part,
      make("h2", { text: "2 写进训练数据" }), this.waiting, this.examples.part,
      make("h2", { text: "3 训练和测试" }), ...this.trainings.parts,
      make("h2", { text: "线上的机器人" }), this.serving,
      make("p", { className: "keys-help soft" }, "按键：", ...KEYS.map(([key, words]) => make("span", {}, make("kbd", { text: key }), ` ${words}`))));
    this.readLessons();
    this.readBot();
  }

  readLessons() {
    return fill(this.waiting, () => call("GET", "/training/lessons"), (plan) => this.lessons(plan));
  }

  lessons({ added, left_out: out, examples, intents }) {
    const name = (intent) => intents[intent] ?? intent;
    const from = { gap: "缺口", relabelled: "听错的话" };
    const key = make("button", { type: "button", className: "act", text: `写入 ${added.length} 句`, on: () => attempt(async () => {
      const written = await call("POST", "/training/lessons", { body: {} });
      tell(`已写入 ${written.added.length} 句。线上机器人没有变，训练并换上后才生效。`);
      await this.readLessons();
      this.examples.read();
    }, key) });
    return [
      added.length ? make("p", { text: `机器人学过 ${examples} 句，还有 ${added.length} 句已认可、没有写入：` }) : make("p", { text: `机器人学过 ${examples} 句，没有等着写入的。` }),
      added.length ? make("ul", { className: "lines" }, ...added.map((each) => make("li", {}, make("b", { text: name(each.intent) }), ` ${each.example} `, make("span", { className: "soft", text: `${from[each.origin] ?? ""} · ${each.by}` })))) : null,
      added.length ? make("div", { className: "acts" }, key) : null,
      out.length ? make("details", {}, make("summary", { text: `${out.length} 句不会写入` }), make("ul", { className: "lines" }, ...out.map((each) => make("li", {}, `${each.text} `, make("span", { className: "soft", text: `（${name(each.intent)}）${LEFT_OUT[each.why] ?? each.why}` }))))) : null,
    ];
  }

  readBot() {
    return fill(this.serving, () => call("GET", "/training/bot"), (found) => this.bot(found));
  }

  bot({ serving, before, history }) {
    if (!serving) return make("p", { className: "soft", text: "还没有记录。第一次启动后这里会写明用的是哪一个。" });
    const key = make("button", { type: "button", text: "退回上一个机器人", on: () => attempt(async () => {
      await call("POST", "/training/bot/back", { body: {}, limit: SWAP_LIMIT });
      tell("已退回上一个机器人，客户不受影响。");
      await this.readBot();
    }, key) });
    const line = (each) => make("tr", {}, make("td", { className: "number", text: moment(each.at) }), make("td", { text: who(each.by) }), make("td", { text: each.archive }), make("td", { text: each.reason }));
    return [
      make("p", {}, make("b", { className: "done", text: "✓ 线上 " }), `${serving.archive}，${who(serving.by)} 于 ${moment(serving.at)} 换上${serving.reason ? `，理由：${serving.reason}` : ""}`),
      before ? make("div", { className: "acts" }, key, make("span", { className: "soft", text: `退回到 ${before}` })) : make("p", { className: "soft", text: "在这之前没有用过别的机器人。" }),
      list(history).length > 1 ? make("details", {}, make("summary", { text: "用过的机器人" }), make("table", { className: "table" }, make("thead", {}, make("tr", {}, ...["时间", "谁", "哪一个", "理由"].map((text) => make("th", { text, scope: "col" })))), make("tbody", {}, ...history.map(line)))) : null,
    ];
  }
}

export default {
  id: "bot",
  title: "机器人",
  open(place, context) {
    const page = new BotPage(place, context);
    place.classList.add("page-publishing");
    return { close: () => page.trainings.close(), key: (event) => page.utterances.key(event) };
  },
};
