// 缺口: what customers asked and nobody answered well, by meaning; one key for each decision.

import { empty } from "./states.js";

export default {
  id: "gaps",
  title: "缺口",
  open(place) {
    place.replaceChildren(empty("还没有缺口", "客户问了没有答上来的问题，会集中到这里。"));
  },
};
