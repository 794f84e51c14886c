// The two decisions about a gap that need more than a key: a new entry, and the bot's business.

import { make } from "/desk/core.js";
import { wrongQuestions } from "./limits.js";

/** Opens a dialog; resolves with what `read` gives once it is sent, or null when it is left. */
function ask(title, parts, { send, read }) {
  return new Promise((resolve) => {
    const words = make("p", { className: "bad", role: "alert" });
    const form = make("form", { method: "dialog" }, make("h2", { text: title }), ...parts, words,
      make("div", { className: "acts" }, make("button", { type: "button", text: "取消", on: () => dialog.close() }), make("button", { className: "act", text: send })));
    const dialog = make("dialog", { className: "dialog" }, form);
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { missing, ...found } = read();
      words.textContent = missing ?? "";
      if (missing) return;
      answer = found;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A new entry, with what is known filled in: title and questions asked, the agent's answer. */
export async function askForEntry(gap) {
  const title = make("input", { value: gap.wordings[0]?.slice(0, 300) ?? "", maxLength: 300, required: true });
  const questions = make("textarea", { rows: 3, value: gap.wordings.join("\n") });
  const answer = make("textarea", { rows: 6, value: gap.answer, maxLength: 2000, required: true });
  const source = make("input", { maxLength: 300, placeholder: "文件名和条款，复核时必须有" });
  const label = (text, input) => make("label", {}, text, input);
  return ask("新词条", [
    label("标题", title), label("客户会怎么问（一行一个）", questions),
    label(gap.answer ? "答复（取自坐席的话，请核对）" : "答复", answer), label("出处", source),
    make("p", { className: "soft", text: "保存为草稿，由另一位同事复核后发布。" }),
  ], {
    send: "保存草稿",
    read: () => {
      const asked = questions.value.split("\n").map((each) => each.trim()).filter(Boolean);
      if (!title.value.trim() || !answer.value.trim()) return { missing: "请填写标题和答复。" };
      const wrong = wrongQuestions(asked);
      if (wrong) return { missing: wrong };
      return { wordings: asked, entry: { title: title.value.trim(), answer: answer.value.trim(), source: source.value.trim() } };
    },
  });
}

/** Which business of the bot's the lines belong to; its intent, or null. */
export async function askForIntent(wordings, intents) {
  const choice = make("select", {}, ...Object.entries(intents).map(([value, text]) => make("option", { value, text })));
  const found = await ask("机器人业务", [
    make("ul", { className: "examples" }, ...wordings.map((text) => make("li", { text }))),
    make("label", {}, "这些话是要办", choice),
    make("p", { className: "soft", text: "记为这项业务的例句，下次训练机器人时学会。" }),
  ], { send: "记下", read: () => ({ intent: choice.value }) });
  return found?.intent ?? null;
}
