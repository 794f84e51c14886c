// The pages of the console, in the order of the menu. A page is one file and one line here.
//
// A page is { id, title, right, open(place, context) }; only who has the right sees it (without one:
// who may teach); `open` draws into the empty element `place` and
// may return { close(), key(event) }: `close` is called when another page is opened, `key` for
// every key that is pressed outside of inputs. The address of a page is #id or #id/detail.
// `context` is { me, role, rights, profile, detail, go(id, detail) }.

import bot from "./bot.js";
import entries from "./entries.js";
import gaps from "./gaps.js";
import numbers from "./numbers.js";
import practice from "./practice.js";
import publishing from "./publishing.js";
import trying from "./trying.js";

const TEACH = "teach";
const every = [gaps, entries, trying, publishing, bot, practice, numbers];

/** Those of the pages that somebody with these rights may open. */
export const pagesFor = (rights) => every.filter((page) => rights.includes(page.right ?? TEACH));
