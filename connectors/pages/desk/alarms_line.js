// One line on pages other than the desk: that something waits there to be taken note of.

import { call, list, make, Problem } from "./core.js";

const LOOK_EVERY = 60_000;
let timer;

/** Keeps a place telling of alarms, by what the role may see; hidden where there is nothing. */
export function beginAlarmsLine(place, rights) {
  const may = (right) => list(rights).includes(right);
  const asked = [may("answer_for_talks") ? "/desk/alarms" : "", may("read_tickets") && may("work_tickets") ? "/tickets/outstanding" : ""].filter(Boolean);
  clearTimeout(timer);
  place.hidden = true;
  if (!asked.length) return;
  const look = async () => {
    try {
      const found = await Promise.all(asked.map((path) => call("GET", path)));
      draw(place, found.reduce((sum, each) => sum + list(each.alarms).length, 0));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 401 || problem.status === 403) return; // whoever signs in next begins anew
    }
    timer = setTimeout(look, LOOK_EVERY);
  };
  look();
}

function draw(place, count) {
  place.hidden = !count;
  // the opener's session is the new tab's too
  place.replaceChildren(make("span", { text: `有 ${count} 条提醒要您知道` }),
    make("a", { className: "link", href: "/desk", target: "_blank", rel: "opener", text: "到工作台查看" }));
}
