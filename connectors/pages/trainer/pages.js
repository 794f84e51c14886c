// The pages of the console, in the order of the menu. A page is one file and one line here.
//
// A page is { id, title, open(place, context) }; `open` draws into the empty element `place` and
// may return { close(), key(event) }: `close` is called when another page is opened, `key` for
// every key that is pressed outside of inputs. The address of a page is #id or #id/detail.
// `context` is { me, role, profile, detail, go(id, detail) }.

import bot from "./bot.js";
import entries from "./entries.js";
import gaps from "./gaps.js";
import publishing from "./publishing.js";
import trying from "./trying.js";

export const pages = [gaps, entries, trying, publishing, bot];
