// The fair share, recomputed from what a record says; and the sentences, written again. Amounts are BigInt micros.

import { BY_FAN, Finding, PERIODS, daysIn, need } from "./form.js";

/** Whose amounts may be below zero: what a change of that order takes back. */
export const FOLLOWS = new Map([
  ["the order of an accepted claim", "bears for a claim"],
  ["the order of a debt that the brand bore", "bore of an old debt"],
]);

export function micros(text) {
  const [whole, rest] = text.replace("-", "").split(".");
  const size = BigInt(whole) * 1000000n + BigInt(rest);
  return text[0] === "-" ? -size : size;
}

export function exact(amount) {
  const size = amount < 0n ? -amount : amount;
  return (amount < 0n ? "-" : "") + size / 1000000n + "." + String(size % 1000000n).padStart(6, "0");
}

const least = (...amounts) => amounts.reduce((a, b) => (b < a ? b : a));
const most = (...amounts) => amounts.reduce((a, b) => (b > a ? b : a));
const sum = (amounts) => amounts.reduce((a, b) => a + b, 0n);
const part = (amount, bps) => amount * BigInt(bps) / 10000n;
const stretches = (value) => value.map((each) => [micros(each.before), micros(each.amount)]);

function product(brackets, before, amount) {
  let total = 0n, start = before;
  const end = before + amount;
  for (const each of brackets) {
    const upto = each.upto === null ? end : least(end, micros(each.upto));
    total += most(0n, upto - start) * BigInt(each.bps);
    start = most(start, upto);
  }
  return total;
}

function linePool(line) {
  const { rule } = line, net = micros(line.net), goods = micros(line.goods);
  let base = net, pool = 0n;
  if (rule.kind === "percent") pool = part(net, rule.bps);
  else if (rule.kind === "flat") {
    pool = goods ? least(net, micros(rule.each) * BigInt(rule.quantity) * net / goods) : 0n;
  } else if (rule.kind === "buyer") pool = least(net, micros(rule.each));
  else if (rule.kind === "tiers") {
    const pieces = stretches(rule.stretches);
    base = sum(pieces.map((piece) => piece[1]));
    pool = sum(pieces.map((piece) => product(rule.brackets, ...piece))) / 10000n;
  }
  return "limit_bps" in rule ? least(pool, part(base, rule.limit_bps)) : pool;
}

function agree(stated, computed, what) {
  if (stated !== computed) throw new Finding(what, exact(stated), exact(computed));
}

/** Micros for each role from the inputs of a settlement; a finding where a figure on the way is wrong. */
export function recompute(body) {
  months(body);
  let left = uncapped(body);
  agree(micros(body.uncapped), left, "commission before caps");
  for (const cap of body.caps) {
    const limit = micros(cap.cap), pieces = stretches(cap.stretches);
    agree(sum(pieces.map((piece) => piece[1])), left, "commission under the cap per " + cap.level);
    left = sum(pieces.map(([before, amount]) => least(before + amount, limit) - least(before, limit)));
    agree(micros(cap.after), left, "commission after the cap per " + cap.level);
  }
  agree(micros(body.pool), left, "commission");
  if ("fee" in body) agree(micros(body.fee.amount), part(left, body.fee.bps), "the operator's fee");
  const [b, g] = [body.fan_bps, body.buyer_bps];
  need(b <= 3000 && g <= 2000, "rates of fan and buyer", b + ", " + g, "at most 3000 and 2000");
  const fan = body.introduced_by ? part(left, b) : 0n;
  const buyer = BY_FAN.includes(body.decided_by) ? part(left, g) : 0n;
  return { creator: left - fan - buyer, fan, buyer };
}

function uncapped(body) {
  const [over, under] = body.credit.split("/").map(BigInt);
  let whole = 0n, tiered = 0n, running = 0n, given = 0n;
  for (const line of body.lines) {
    const net = micros(line.net), pool = linePool(line);
    agree(micros(line.pool), pool, "commission of line " + line.id);
    agree(least(net, micros(line.goods)), net, "goods kept of line " + line.id);
    running += net;
    const upto = running * over / under;
    if (line.rule.kind === "tiers") {
      const credited = sum(stretches(line.rule.stretches).map((piece) => piece[1]));
      agree(credited, upto - given, "credited goods of line " + line.id);
      tiered += pool;
    } else {
      whole += pool;
    }
    given = upto;
  }
  let left = (whole + bonuses(body)) * over / under + tiered + further(body);
  for (const limit of body.limits || []) {
    agree(micros(limit.before), left, "commission before the limit " + limit.kind);
    const base = micros(body.net), spared = micros(limit.discount || "0.000000");
    const room = limit.kind === "code"
      ? part(base * over / under, limit.bps)
      : most(0n, part(base + spared, limit.bps) - spared) * over / under;
    left = least(left, room);
    agree(micros(limit.after), left, "commission after the limit " + limit.kind);
  }
  return left;
}

/** What retroactive tiers give more; each is one of its line, at least the highest that the line itself reaches. */
function further(body) {
  const told = new Map((body.further || []).map((one) => [one.line, one]));
  let total = 0n;
  for (const line of body.lines) {
    const one = told.get(line.id), { rule } = line, steps = new Map();
    told.delete(line.id);
    let begin = 0n;
    for (const each of rule.brackets || []) {
      if ("retroactive" in each) steps.set(begin, each.bps);
      if (each.upto !== null) begin = micros(each.upto);
    }
    const pieces = stretches(rule.stretches || []);
    const own = most(0n, ...[...steps.keys()].filter((step) => pieces.some((piece) => step <= piece[0] + piece[1])));
    const reached = one ? micros(one.reached) : own, amount = one ? micros(one.amount) : 0n;
    const sound = !one || (steps.has(reached) && reached >= own && amount);
    need(sound, "step reached for line " + line.id, exact(reached), "another or none");
    if (reached) {
      const lift = lifted(rule, pieces, reached, steps.get(reached)) - linePool(line);
      agree(amount, lift, "further, line " + line.id);
    }
    total += amount;
  }
  need(!told.size, "A further commission names no line of the order.");
  return total;
}

function lifted(rule, pieces, reached, bps) {
  let found = 0n;
  for (const [before, amount] of pieces) {
    const below = least(amount, most(0n, reached - before));
    found += below * BigInt(bps) + product(rule.brackets, before + below, amount - below);
  }
  const sold = sum(pieces.map((piece) => piece[1]));
  return least(found / 10000n, "limit_bps" in rule ? part(sold, rule.limit_bps) : found);
}

function bonuses(body) {
  const lines = new Map(body.lines.map((line) => [line.id, line]));
  let total = 0n;
  for (const one of body.bonuses || []) {
    const { kind } = one.rule, pool = linePool(one), what = "goods of the bonus " + one.bonus;
    agree(micros(one.pool), pool, "bonus " + one.bonus);
    if (kind === "buyer") {
      need(micros(one.net) <= micros(body.net), what, one.net, body.net);
    } else {
      const line = lines.get(one.id);
      const same = line && ["percent", "flat"].includes(kind) && line.net === one.net && line.goods === one.goods;
      need(same, what, one.net, line && line.net);
    }
    total += pool;
  }
  return total;
}

const NEVER = { first_on: "", paid: [], over: [] };

function months(body) {
  const told = body.recurring || NEVER, placed = body.placed_on, first = told.first_on;
  for (const number of [...told.paid, ...told.over]) {
    const all = BigInt(first.slice(0, 4)) * 12n + BigInt(first.slice(5, 7)) - 1n + BigInt(number);
    const year = all / 12n, month = Number(all % 12n) + 1;
    const day = Math.min(Number(first.slice(8)), daysIn(Number(year % 400n), month));
    const ends = [String(year).padStart(4, "0"), ...[month, day].map((each) => String(each).padStart(2, "0"))].join("-");
    const where = "the " + number + " months from " + first;
    need(!told.paid.includes(number) || placed <= ends, where, "still running", "over on " + ends);
    need(!told.over.includes(number) || placed >= ends, where, "over", "running until " + ends);
  }
}

// -- the sentences

function short(amount) {
  const [whole, rest] = exact(amount).split(".");
  return whole + "." + rest.replace(/0+$/, "").padEnd(2, "0");
}

function percent(bps) {
  const rest = String(bps % 100).padStart(2, "0");
  return (Math.floor(bps / 100) + "." + rest).replace(/0+$/, "").replace(/\.$/, "") + " %";
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const day = (text) => Number(text.slice(8)) + " " + MONTHS[Number(text.slice(5, 7)) - 1];
const dated = (text) => day(text) + " " + text.slice(0, 4);

function listed(items) {
  const kept = items.filter((item) => item);
  const last = kept.pop() || "";
  return kept.length ? kept.join(", ") + " and " + last : last;
}

function madeOf(body) {
  const rates = new Map();
  let fixed = 0n, steps = 0n, stepped = 0n;
  for (const line of body.lines) {
    const { rule } = line, pool = micros(line.pool), limited = "limit_bps" in rule;
    if (rule.kind === "tiers") {
      steps += pool;
      stepped += sum(stretches(rule.stretches).map((piece) => piece[1]));
    } else if (rule.kind === "flat" && !limited) {
      fixed += pool;
    } else if (rule.kind !== "none") {
      const bps = limited ? rule.limit_bps : rule.bps;
      need(bps !== undefined, "A line has no rate to speak of.");
      const key = percent(bps) + (limited ? " (the most with a code)" : "");
      rates.set(key, (rates.get(key) || 0n) + micros(line.net));
    }
  }
  const whole = [...rates].map(([rate, net]) => rate + " of " + short(net) + " of goods");
  if (fixed) whole.push("a fixed " + short(fixed));
  const gifts = new Map();
  for (const one of body.bonuses || []) gifts.set(one.bonus, (gifts.get(one.bonus) || 0n) + micros(one.pool));
  for (const [name, amount] of gifts) whole.push("the bonus " + name + " of " + short(amount));
  let text = listed(whole);
  if (text && body.credit !== "1/1") text = body.credit + " of " + (whole.length === 1 ? text : "(" + text + ")");
  const more = body.further || [];
  let lift = "";
  if (more.length) {
    const amount = sum(more.map((one) => micros(one.amount))), reached = most(...more.map((one) => micros(one.reached)));
    lift = "a further " + short(amount) + " as the month's sales reached " + short(reached);
  }
  return listed([text, stepped ? short(steps) + " by steps on " + short(stepped) + " of goods" : "", lift]);
}

function commission(body) {
  const items = madeOf(body), told = body.recurring || NEVER, limits = body.limits || [];
  const counted = (numbers) => {
    const text = listed(numbers.filter((each) => each).map(String));
    return text + " month" + (text === "1" ? "" : "s");
  };
  const first = told.first_on ? "the buyer's first order on " + dated(told.first_on) : "";
  const over = told.over.some((each) => each)
    ? counted(told.over) + " from " + first + " are over"
    : first + " was the only one to count";
  if (!items) {
    const reasons = body.reasons.map((reason) => reason.replaceAll("_", " "));
    if (told.over.length) reasons.push(over);
    const why = reasons.length ? " (" + reasons.join(", ") + ")" : "";
    return "Nothing of this sale counts" + why + ", so the commission is 0.00";
  }
  let left = body.uncapped;
  let text = "Commission " + short(micros(limits.length ? limits[0].before : left)) + " is " + items;
  if ("group" in body) text += " for creators of the group " + body.group;
  if (told.paid.length) text += ", within " + counted(told.paid) + " of " + first;
  if (told.over.length) text += " (" + over + ")";
  for (const limit of limits) {
    if (limit.told === false) text += ", where the shop does not tell all of the discount";
    const spared = micros(limit.discount || "0.000000");
    let name = limit.kind === "code" ? "limit with a code" : "margin budget of " + percent(limit.bps);
    if (spared) name += " less the discount of " + short(spared);
    if (limit.after !== limit.before) text += ", of which the " + name + " leaves " + short(micros(limit.after));
  }
  for (const cap of body.caps) {
    if (cap.after !== left) text += ", of which the " + PERIODS[cap.level] + " limit leaves " + short(micros(cap.after));
    left = cap.after;
  }
  return text;
}

function movedFrom(body) {
  const ready = (body.matures_at || "").slice(0, 10), amount = micros(body.amount), on = dated(body.moved_on);
  const worth = short(amount < 0n ? -amount : amount) + " " + body.currency;
  if (body.tool === "an accepted claim") return "Borne by the brand for a claim accepted on " + on + ": " + worth;
  if (body.tool === "a debt that stood for 180 days")
    return "Borne by the brand on " + on + " of " + body.tool + ": " + worth;
  if (body.tool === "a debt that the brand took upon itself")
    return "A debt that the brand took upon itself on " + on + ": " + worth;
  if (body.tool === "a bonus by hand") return "A bonus of the brand, given by hand on " + on + ": " + worth;
  if (body.tool.startsWith("an expense paid back "))
    return "An expense that the brand paid back " + body.tool.slice(21) + " on " + on + ": " + worth;
  if (FOLLOWS.has(body.tool)) {
    const what = amount < 0n ? "Taken back on " : "Given again on ";
    return what + on + " of what the brand " + FOLLOWS.get(body.tool) + ", as its order was changed: " + worth;
  }
  const text = "Opening balance moved from " + body.tool + " on " + on + ": " + worth;
  return text + (ready ? ", ready on " + dated(ready) + " (UTC)" : "");
}

function gave({ amount, currency, state, at }, role) {
  const [whose, goal, hers, mine] = role === "giver"
    ? ["Your", "a creator's goal", "hers", "yours"] : ["A fan's", "your goal", "yours", "hers"];
  const to = state === "kept" ? goal.replace(/('s|r) goal/, "") : goal;
  const now = { given: "on its way", kept: hers, back: mine + " again" }[state];
  return whose + " gift of " + short(micros(amount)) + " " + currency + " to " + to + ", " + now + " since " + dated(at.slice(0, 10)) + " (UTC)";
}

/** Why this role gets what it gets; empty without a share. */
export function sentence(body, role) {
  if (body.kind === "gift") return gave(body, role);
  if (body.kind === "opening") return movedFrom(body);
  const amounts = new Map(body.shares.map((share) => [share.role, micros(share.amount)]));
  if (!amounts.has(role)) return "";
  const amount = short(amounts.get(role)), byFan = BY_FAN.includes(body.decided_by), on = day(body.decided_on);
  if (role === "creator") {
    const names = [["fan", "the fan who brought the buyer"], ["buyer", "the buyer"]];
    const less = listed(names.map(([who, name]) => (amounts.get(who) ? short(amounts.get(who)) + " for " + name : "")));
    const start = (byFan ? "A fan of yours" : "You") + " brought this sale on " + on + ".";
    return start + " " + commission(body) + "; you keep " + amount + (less ? " after " + less : "");
  }
  let start, bps;
  if (role === "buyer") {
    start = (byFan ? "You came through a fan" : "No fan decided this sale, found") + " on " + on + ".";
    bps = byFan ? body.buyer_bps : 0;
  } else {
    const brought = body.introduced_on;
    start = brought ? "You brought this buyer on " + day(brought) + "." : "No fan brought this buyer.";
    bps = brought ? body.fan_bps : 0;
  }
  return start + " " + commission(body) + "; your share is " + percent(bps) + " of it: " + amount;
}
