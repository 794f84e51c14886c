// What the desk takes of an entry's questions, told before anything is sent.

const MOST_QUESTIONS = 200, LONGEST_QUESTION = 300;

/** Why the desk would not take these questions; nothing when it would. */
export function wrongQuestions(questions) {
  if (questions.length > MOST_QUESTIONS) return `相似问有 ${questions.length} 条，最多 ${MOST_QUESTIONS} 条，请去掉一些。`;
  const long = questions.findIndex((each) => each.length > LONGEST_QUESTION);
  return long < 0 ? "" : `第 ${long + 1} 条相似问有 ${questions[long].length} 个字，最多 ${LONGEST_QUESTION} 个字，请改短，一行只写一个问法。`;
}
