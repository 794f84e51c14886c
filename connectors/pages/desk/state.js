// What the desk page knows now: the queue, the conversation that is open, and the desk's words.

export let queue = { waiting: [], mine: [], others: [], on_duty: [] };
export let labels = { kinds: {}, states: {}, fields: {}, rights: [] };
export let open = null; // the conversation that is open, as the desk gave it

export let missed = false; // the live events were away: the open talk may have gone on without us

export const setQueue = (next) => { queue = next; };
export const setLabels = (next) => { labels = next; };
export const setOpen = (next) => { open = next; };
export const setMissed = (is) => { missed = is; };

export const path = (id) => `/desk/conversations/${encodeURIComponent(id)}`;
export const isMine = () => open?.handover?.agent === queue.me?.name;
