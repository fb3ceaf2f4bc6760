// Reads a statement strictly, writes it in its one spelling, and tests its form: every key is expected, every value has
// its one spelling (docs/reference/statement.md). Written after the same list as fanshare_verify.py.

export class Finding extends Error {
  constructor(detail, stated = "", computed = "", status = "failed") {
    super(detail);
    Object.assign(this, { detail, stated: String(stated), computed: String(computed), status });
  }
}

export function need(holds, detail, stated = "", computed = "", status = "failed") {
  if (!holds) throw new Finding(detail, stated, computed, status);
}

// -- JSON without fractions, repeated keys or integers of more than 53 bits

const DEEPEST = 200;
// A letter can be taken in one way only, so that a string that does not end costs no more than one that does.
const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const INTEGER = /-?(?:0|[1-9]\d*)(?![.eE\d])/y;
const SPACE = /[ \t\n\r]*/y;

/** The value that these bytes (a Uint8Array) hold. Throws for anything that has no place in a statement. */
export function parse(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  let at = 0;
  const refuse = () => { throw new SyntaxError("This is not a statement: it can't be read from character " + at + " on."); };
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return null;
    at = pattern.lastIndex;
    return found[0];
  };
  const sign = (wanted) => {
    take(SPACE);
    if (text[at] !== wanted) return false;
    at += 1;
    return true;
  };
  const word = () => {
    const found = take(STRING);
    return found === null ? refuse() : JSON.parse(found);
  };
  const table = (deep) => {
    const found = Object.create(null);
    if (sign("}")) return found;
    do {
      take(SPACE);
      const key = word();
      if (key in found || !sign(":")) refuse();
      found[key] = value(deep);
    } while (sign(","));
    return sign("}") ? found : refuse();
  };
  const list = (deep) => {
    const found = [];
    if (sign("]")) return found;
    do found.push(value(deep)); while (sign(","));
    return sign("]") ? found : refuse();
  };
  const value = (deep) => {
    if (deep > DEEPEST) refuse();
    if (sign("{")) return table(deep + 1);
    if (sign("[")) return list(deep + 1);
    if (text[at] === '"') return word();
    for (const [name, meant] of [["true", true], ["false", false], ["null", null]]) {
      if (text.startsWith(name, at)) {
        at += name.length;
        return meant;
      }
    }
    const digits = take(INTEGER);
    if (digits === null || digits.length >= 18 || !Number.isSafeInteger(Number(digits))) refuse();
    return Number(digits) + 0;
  };
  const whole = value(0);
  take(SPACE);
  return at === text.length ? whole : refuse();
}

/** RFC 8785; every key of this format is ASCII, so the order of characters is the order that it wants. */
export function canonical(value) {
  if (typeof value === "string") {
    need(!/\p{Surrogate}/u.test(value), "A text holds half of a character.");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (!isTable(value)) return String(value);
  return "{" + Object.keys(value).sort().map((key) => canonical(key) + ":" + canonical(value[key])).join(",") + "}";
}

// -- the form

export const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const has = (table, key) => Object.prototype.hasOwnProperty.call(table, key);

/** The test for a form: itself a test, ``[form]`` for a list, or a table of exactly these keys. */
function form(wanted) {
  if (typeof wanted === "function") return wanted;
  if (Array.isArray(wanted)) {
    const inner = form(wanted[0]);
    return (value) => Array.isArray(value) && value.every((each) => inner(each));
  }
  const tests = Object.entries(wanted).map(([key, each]) => [key, form(each)]);
  return (value) =>
    isTable(value) && Object.keys(value).length === tests.length
    && tests.every(([key]) => has(value, key)) && tests.every(([key, test]) => test(value[key]));
}

function text(pattern) {
  const compiled = new RegExp("^(?:" + pattern + ")$", "u");
  return (value) => typeof value === "string" && compiled.test(value);
}

function maybe(wanted) {
  const test = form(wanted);
  return (value) => value === null || test(value);
}

const daysIn = (year, month) => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
const isLeap = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
export { daysIn };

function isDay(value) {
  const found = typeof value === "string" && /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** A time in a spelling whose order is that of time. */
export function moment(value) {
  const found = typeof value === "string"
    && /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(?!000000)(\d{6}))?Z$/.exec(value);
  const sound = found && isDay(found[1]) && found[2] < "24" && found[3] < "60" && found[4] < "60";
  need(sound, "Not a time: " + value);
  need(found[1] >= "1970", "Before 1970: " + value);
  return found[1] + found[2] + found[3] + found[4] + (found[5] || "000000");
}

function isCredit(value) {
  const found = /^(0|[1-9]\d{0,4299})\/([1-9]\d{0,4299})$/.exec(value);
  if (!found) return false;
  let [a, b] = [BigInt(found[1]), BigInt(found[2])];
  if (a > b) return false;
  while (b) [a, b] = [b, a % b];
  return a === 1n;
}

export const ROLES = ["creator", "fan", "buyer"];
export const BY_FAN = ["fan_link", "fan_code", "fan_ruling"];
export const PERIODS = { day: "daily", week: "weekly", month: "monthly", all: "overall" };
export const TOTALS = ["pending", "available", "held", "in_transit", "paid"];

const any = text("[\\s\\S]+"), some = text("[^\\x00-\\x1f]{1,200}"), hex = text("[0-9a-f]{64}");
export { any };
// nothing above 9.0e12 major units can be booked
const SIZE = "(?:0|[1-8]\\d{0,12}|9\\d{0,11}|9000000000000(?=\\.000000))\\.\\d{6}";
const money = text(SIZE), signed = text("(?!-0\\.000000)-?" + SIZE);
const code = text("[a-z0-9_.:\\-]{1,80}"), time = (value) => typeof value === "string" && Boolean(moment(value));
const hexes = (value) => Array.isArray(value) && value.every(hex);
const count = (value) => typeof value === "number" && value >= 0;
const rising = (value) =>
  Array.isArray(value) && value.every(count) && value.every((each, at) => at === 0 || value[at - 1] < each);
const oneOf = (...names) => (value) => names.includes(value);
const opened = (...roles) => (value) =>
  isTable(value) && Object.keys(value).every((key) => roles.includes(key) && hex(value[key]));

const STRETCH = { before: money, amount: money };
const MARGINAL = { upto: maybe(money), bps: count };
const marginal = form(MARGINAL), retroactive = form({ ...MARGINAL, retroactive: (value) => value === true });
const bracket = (value) => (has(value, "retroactive") ? retroactive(value) : marginal(value));
const RULES = {
  percent: { bps: count },
  flat: { each: money, quantity: count },
  tiers: { brackets: [bracket], stretches: [STRETCH] },
  none: {},
  buyer: { each: money },
};
const plain = {}, limited = {};
for (const [kind, wanted] of Object.entries(RULES)) {
  plain[kind] = form({ kind: oneOf(kind), ...wanted });
  limited[kind] = form({ kind: oneOf(kind), limit_bps: count, ...wanted });
}
const byKind = (forms, value) => has(forms, value.kind) && forms[value.kind](value);
const rule = (value) => byKind(has(value, "limit_bps") ? limited : plain, value);

const SHARE = { role: oneOf(...ROLES), amount: money, bucket: oneOf("pending", "available", "held"),
  matures_at: maybe(time), held_until: maybe(time), who: hex };
const isPlainSettlement = form({
  kind: oneOf("settlement"), order: hex, seq: count, previous: maybe(hex), currency: text("[A-Z]{3}"), terms: hex,
  placed_on: isDay, decided_by: oneOf("creator_link", "creator_code", "creator_ruling", ...BY_FAN), decided_on: isDay,
  introduced_by: maybe(oneOf(...BY_FAN)), introduced_on: maybe(isDay), credit: isCredit, net: money, uncapped: money,
  pool: money, fan_bps: count, buyer_bps: count, lines: [{ id: some, net: money, goods: money, rule, pool: money }],
  reasons: [code], caps: [{ level: oneOf(...Object.keys(PERIODS)), cap: money, stretches: [STRETCH], after: money }],
  shares: [SHARE],
});
const NAME = text("[a-z0-9][a-z0-9_\\-]{0,39}");
const LIMITS = {
  code: form({ kind: oneOf("code"), bps: count, before: money, after: money }),
  margin: form({ kind: oneOf("margin"), bps: count, discount: money, before: money, after: money,
    told: (value) => typeof value === "boolean" }),
};
// What only some terms use: a key that stands in a leaf only where it says something.
const EXTRAS = {
  bonuses: form([{ bonus: NAME, id: some, net: money, goods: money, rule, pool: money }]),
  limits: form([(value) => byKind(LIMITS, value)]),
  recurring: form({ first_on: isDay, paid: rising, over: rising }),
  group: NAME,
  fee: form({ bps: (value) => count(value) && value > 0, amount: money }),
  further: form([{ line: some, reached: money, amount: money }]),
};

function extended(plain, extras) {
  return (value) => {
    if (!isTable(value)) return false;
    const rest = { ...value };
    for (const [key, test] of Object.entries(extras)) {
      if (!has(value, key)) continue;
      if (!test(value[key]) || (Array.isArray(value[key]) && value[key].length === 0)) return false;
      delete rest[key];
    }
    return plain(rest);
  };
}

const isSettlement = extended(isPlainSettlement, EXTRAS);
const going = (kind, ...states) => ({ kind: oneOf(kind), [kind]: hex, seq: count, previous: maybe(hex), currency: any,
  amount: money, state: oneOf(...states), at: time });
const PAYOUT = { ...going("payout", "in_transit", "paid", "returned", "withheld"), who: hex };
const PER = text("(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,12})?"), CODE = text("[A-Z]{3}");
const RATE = { source: oneOf("ECB", "LAW"), day: isDay, origin: CODE, origin_per: PER, target: CODE, target_per: PER, given: money,
  got: money, pair: hex };
const isPlainPayout = form(PAYOUT), isLeg = form({ ...PAYOUT, state: oneOf("exchanged", "received"), rate: RATE });
const isPayout = (value) => (isTable(value) && has(value, "rate") ? isLeg : isPlainPayout)(value);
const EPOCH = { kind: oneOf("epoch"), number: count, restored_size: count, restored_root: hex, cause: any, at: time };
const ENTRY = { index: count, proof: hexes, counted: count };
const LINE = { ...ENTRY, body: isSettlement, shares: opened(...ROLES), sentences: isTable,
  opens: { connection: any, order: any, part: any, salt: hex },
  history: [{ body: isSettlement, shares: opened(...ROLES) }] };
const PAID = { ...ENTRY, body: isPayout, shares: opened("payee"), opens: { payout: any, salt: hex },
  history: [{ body: isPayout, shares: opened("payee") }] };
const OPENING = { kind: oneOf("opening"), opening: hex, seq: count, previous: maybe(hex), file: hex,
  tool: text("[^\\x00-\\x1f]{1,60}"), moved_on: isDay, currency: any, amount: signed, matures_at: maybe(time), who: hex };
const MOVED = { ...ENTRY, body: OPENING, shares: opened("payee"), opens: { opening: any, salt: hex },
  history: (value) => Array.isArray(value) && value.length === 0, sentences: isTable };
const GIFT = { body: { ...going("gift", "given", "kept", "back"), giver: hex, creator: hex },
  shares: opened("giver", "creator") };
const GIVEN = { ...ENTRY, ...GIFT, opens: { gift: any, salt: hex }, sentences: isTable, history: [GIFT] };
const SUMS = Object.fromEntries(TOTALS.map((name) => [name, signed]));
const plainSection = form({ currency: any, opening: SUMS, closing: SUMS, lines: [LINE], payouts: [PAID] });
const isSection = extended(plainSection, { moved: form([MOVED]), gifts: form([GIVEN]) });
export const FORMAT = "fanshare-statement/1";

/** Whether a value has the form of a statement. */
export const isStatement = form({
  format: oneOf(FORMAT), programme: { id: any, name: any }, party: { id: any, role: oneOf(...ROLES) },
  period: { from: maybe(time), to: time, zone: any }, checkpoint: any, keys: [any], rotations: [any], proves: [any],
  does_not_prove: [any], seal: any, epochs: [{ index: count, body: EPOCH, proof: hexes, consistency: hexes }],
  consistency: maybe({ size: count, proof: hexes }),
  currencies: [isSection],
});
