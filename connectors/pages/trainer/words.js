// What fields, states, moves and figures are called on the console's pages.

export const KIND = { faq: "问答", policy: "规定", script: "话术" };
export const STATE = { draft: "草稿", review: "待审核", approved: "已通过", withdrawn: "已撤下" };
export const ONLY = {
  not_published: "还没发布的", never_hit: "从没用上的", badly_rated: "有人说没用的",
  past_review: "该复核的", ending_soon: "快到期的", not_valid: "现在不生效的",
};
export const FIELD = {
  title: "标题", questions: "相似问", answer: "答案", kind: "类型", topic: "主题", source: "来源", grade: "来源等级",
  region: "适用地区", phase: "话术阶段", valid_from: "生效", valid_until: "失效", valid_to: "失效", review_by: "复核日",
};
export const MOVE = {
  import: "从文件导入", propose: "新建", edit: "修改", submit: "提交审核", approve: "审核通过", reject: "退回修改",
  withdraw: "撤下", restore: "恢复为草稿",
};
export const LACK = {
  no_text: "缺标题或答案", no_source: "没写来源", no_question: "没有相似问", ends_first: "失效早于生效", private_phone: "含私人电话，不能对客户说",
  masked_remains: "标题、相似问或答案里有隐去的个人信息（如 138****8000、〔户号〕），请改写",
};
export const FIGURE = {
  "hit@1": "第一条就对", "hit@3": "前三条里有", "mrr@10": "排名得分", precision: "直接回答的正确率", coverage: "直接答对的比例",
  false_answers: "不该答的答了", at_once: "一次就看到答案", false_suggestions: "不该答的给了建议",
};
// the lower, the better
export const LESS_IS_BETTER = new Set(["false_answers", "false_suggestions"]);
export const HEARD = { answered: "直接答对", suggested: "给出建议", offered: "请客户选", nothing: "说不知道", wrong: "答错" };
export const VERDICT = { passed: "通过", first: "首次发布，不受下限限制", overridden: "放行", refused: "没有通过" };
export const DECISION = {
  answer: "直接回答", suggest: "给出答案并说明是哪个问题", clarify: "列出几个请客户选", none: "说不知道，请客户换个说法或转人工",
};
export const REASON = {
  word_for_word: "与这条的标题、相似问或标注过的问法一字不差。",
  nobodys_words: "与一条标注为“不属于本中心”的问法一字不差。",
  sure: "第一条的把握够高，可以直接回答。",
  likely: "第一条多半是对的，但不够直接回答的把握。",
  several: "拿不准是哪一条，但前三条里很可能有。",
  not_ours: "更像不属于本中心的事。",
  unsure: "像本中心的事，但没有哪一条把握够。",
  nothing_alike: "没有任何词条和它沾边。",
};
export const PART = {
  similarity: ["意思", "与最近一句的相近程度（原始向量）"],
  near: ["意思·本中心", "在本中心词条里看，与最近一句的相近程度"],
  usual: ["意思·平均", "与最近三条相似问的平均相近程度"],
  crowd: ["太常见", "那一句与别的词条也很近，要减分"],
  words: ["用字", "与最像的一条相似问共有的字词"],
  sounds: ["读音", "与最像的三条相似问共有的读音"],
  passage: ["答案里的意思", "与答案中最近一句的相近程度"],
  passage_words: ["答案里的用字", "与答案共有的字词"],
  learned: ["学到的", "从标注过的问法学到的"],
  covered: ["说全了", "问的话有多少能在它的各种说法里找到"],
};
export const STEP = [["read", "读取词条"], ["indexed", "建立索引"], ["calibrated", "定置信度"], ["examined", "做测试题"]];

export const percent = (share, digits = 0) => `${(share * 100).toFixed(digits)}%`;

export function moment(text) {
  const at = new Date(text);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear() === new Date().getFullYear() ? "" : `${at.getFullYear()}年`}${at.getMonth() + 1}月${at.getDate()}日 ${two(at.getHours())}:${two(at.getMinutes())}`;
}

// what did something when it was nobody of the staff
const ACTOR = { "corpus files": "词条文件", "make run": "启动时自动", "command line": "命令行", desk: "训练台" };
export const who = (name) => ACTOR[name] ?? name;
