// The checks of a statement, alone and against an older one. Each has a name and says ok, failed, open or note.

import {
  FORMAT, Finding, ROLES, TOTALS, any, canonical, has, isStatement, moment, need, parse,
} from "./form.js";
import { commitment, grew, included, leaf, openNote, readKey, same, sha256, toHex, unbase64, utf8 } from "./log.js";
import { FOLLOWS, exact, micros, recompute, sentence } from "./sums.js";

export { able } from "./log.js";
export { parse };

export const PROVES = [
  "Every amount follows from the recorded sale and the recorded rates; anybody can recompute it.",
  "Every line and payout is in the programme's log, whose state the programme signed.",
  "Compared with an older statement: nothing that was recorded then has been changed or dropped since.",
];
export const DOES_NOT_PROVE = [
  "That the shop reported every order, and that all of yours are listed here: ask about an order by its number.",
  "That a fan or a buyer is a real person.",
  "That you have seen the newest state of the log: keep each statement and compare the next one with it.",
];

const entriesOf = (section) => [...section.lines, ...section.payouts, ...(section.moved || []), ...(section.gifts || [])];
const chain = (entry) => [{ body: entry.body, shares: entry.shares }, ...entry.history];
const subject = (body) => (body.kind === "settlement" ? body.order : body[body.kind]);

const KINDS = { payout: "payout ", opening: "opening balance ", gift: "gift ", order: "order " };
const kindOf = (opens) => Object.keys(KINDS).find((kind) => kind in opens);
const label = ({ opens }) => KINDS[kindOf(opens)] + opens[kindOf(opens)];

function holder(body, role) {
  if (body.kind !== "settlement") return body.kind === "gift" ? body[role] : body.who;
  const share = body.shares.find((each) => each.role === role);
  return share ? share.who : "no such share";
}

/** What the form of a record asks beyond the form of its values. */
function sound(body) {
  if (body.seq < 1 || (body.seq === 1) !== (body.previous === null)) return false;
  if (body.kind !== "settlement") {
    const amount = micros(body.amount), back = body.kind === "opening" && FOLLOWS.has(body.tool);
    return (amount > 0n || (back && amount < 0n)) && (body.kind !== "opening" || body.seq === 1);
  }
  const distinct = (values) => new Set(values).size === values.length;
  const { lines, shares } = body, further = body.further || [];
  return (body.introduced_by === null) === (body.introduced_on === null)
    && distinct(lines.map((line) => line.id)) && distinct(shares.map((share) => share.role))
    && distinct(further.map((one) => one.line))
    && lines.reduce((sum, line) => sum + micros(line.net), 0n) === micros(body.net)
    && shares.every((share) => (share.bucket === "held") === (share.held_until !== null));
}

/** Whether what went in is the least that is worth what came out, by two rates to the euro. */
function converts({ origin, target, given, got, ...rate }) {
  const scaled = (code, text) => {
    const [whole, rest = ""] = text.split(".");
    return code === "EUR" && text !== "1" ? 0n : BigInt(whole + rest.padEnd(12, "0"));
  };
  const into = scaled(origin, rate.origin_per), outOf = scaled(target, rate.target_per);
  const above = micros(got) * into, lack = micros(given) * outOf - above;
  return origin !== target && above > 0n && lack >= 0n && lack < outOf;
}

/** Currencies that were replaced: by which, since when, how many micros of them are one of the next. */
const REPLACED = {
  BYR: ["BYN", "2016-07-01", "10000"], MRO: ["MRU", "2018-01-01", "10"], STD: ["STN", "2018-01-01", "1000"],
  SLL: ["SLE", "2022-07-01", "1000"], HRK: ["EUR", "2023-01-01", "7.53450"], ANG: ["XCG", "2025-03-31", "1"],
  BGN: ["EUR", "2026-01-01", "1.95583"],
};
const SCALE = 100000n, perOf = (old) => BigInt(Math.round(Number(REPLACED[old][2]) * 100000));

/** The old currency of a change by law, how much of it was changed, what came; below zero what was taken back. */
function replaced({ origin, target, given, got }) {
  const old = has(REPLACED, origin);
  return old ? [origin, micros(given), micros(got)] : [target, -micros(got), -micros(given)];
}

/** Whether a change is between a replaced currency and the next one, by the law's rate, within a micro. */
function lawful(rate) {
  const [old, amount, moved] = replaced(rate);
  if (!has(REPLACED, old)) return false;
  const [by, day, per] = REPLACED[old], sides = { [rate.origin]: rate.origin_per, [rate.target]: rate.target_per };
  const off = moved * perOf(old) - amount * SCALE, size = off < 0n ? -off : off;
  return sides[old] === per && sides[by] === "1" && Object.keys(sides).length === 2 && rate.day === day
    && amount !== 0n && moved !== 0n && size < perOf(old);
}

/** What all changes of a currency together are worth: to the nearest micro, half of one away from zero. */
function worth(old, amount) {
  const size = amount < 0n ? -amount : amount, found = (2n * size * SCALE + perOf(old)) / (2n * perOf(old));
  return amount < 0n ? -found : found;
}

function follows(older, newer) {
  if (older.kind === "settlement") return true;
  const ways = ["in_transit paid", "given kept", "given back"];
  const back = newer.state === "returned" && older.state !== "returned";
  return (back || ways.includes(older.state + " " + newer.state)) && older.amount === newer.amount;
}

/** What the opened shares of a record are worth at a time, by total. */
function position(link, at) {
  const { body } = link, found = Object.fromEntries(TOTALS.map((name) => [name, 0n]));
  const opened = Object.keys(link.shares).length > 0;
  if (body.kind === "payout") {
    if (opened && body.state !== "returned") {
      const amount = micros(body.amount);
      found.available = body.state === "received" ? amount : -amount;
      if (has(found, body.state)) found[body.state] = amount;
    }
    return found;
  }
  if (body.kind === "gift") {
    const amount = micros(body.amount), { state } = body, given = "giver" in link.shares;
    if (given && state !== "back") found.available = -amount;
    if (given && state === "given") found.in_transit = amount;
    if ("creator" in link.shares && state === "kept") found.available += amount;
    return found;
  }
  if (body.kind === "opening") {
    const waits = body.matures_at && moment(body.matures_at) > moment(at);
    found[waits ? "pending" : "available"] = opened ? micros(body.amount) : 0n;
    return found;
  }
  for (const share of body.shares) {
    if (!has(link.shares, share.role)) continue;
    const ripe = share.bucket === "pending" && share.matures_at && moment(share.matures_at) <= moment(at);
    found[ripe ? "available" : share.bucket] += micros(share.amount);
  }
  return found;
}

class Statement {
  static async read(document) {
    need(isStatement(document), "The document has not the form of a statement.");
    canonical(document);
    const made = new Statement();
    made.document = document;
    made.keys = [];
    for (const text of document.keys) made.keys.push(await readKey(text));
    made.key = made.keys[made.keys.length - 1];
    [made.since, made.until] = [document.period.from, document.period.to];
    made.sections = document.currencies;
    made.entries = made.sections.flatMap(entriesOf);
    for (const section of made.sections) {
      for (const entry of entriesOf(section)) {
        const right = chain(entry).every(({ body }) => body.currency === section.currency && sound(body));
        need(right, "A record of " + label(entry) + " contradicts itself.");
      }
    }
    for (const { sentences, shares } of made.entries.filter((entry) => "sentences" in entry)) {
      const roles = Object.keys(sentences);
      const told = roles.length === Object.keys(shares).length
        && roles.every((role) => has(shares, role) && any(sentences[role]));
      need(told, "A sentence is missing.");
    }
    need(made.keys.length, "A statement names the key of its log.");
    made.readCheckpoint();
    return made;
  }

  readCheckpoint() {
    const note = this.document.checkpoint, gap = note.lastIndexOf("\n\n");
    const lines = (gap < 0 ? "" : note.slice(0, gap)).split("\n");
    const [origin, size, root, ...more] = lines.length > 2 ? lines : ["", "", ""];
    need(/^(?:0|[1-9]\d{0,17})$/.test(size) && more.every((line) => line), "The checkpoint is malformed.");
    [this.origin, this.size, this.root] = [origin, BigInt(size), unbase64(root)];
    const number = origin.slice(origin.lastIndexOf("/") + 1);
    need(/^[1-9]\d{0,8}$/.test(number) && this.root.length === 32, "The checkpoint is malformed.");
    this.epoch = Number(number);
  }

  async seal() {
    const stated = await openNote(this.document.seal, this.key, "seal");
    const { seal: _, ...content } = this.document;
    const computed = FORMAT + "\n" + this.key.name + "\n" + toHex(await sha256(utf8(canonical(content)))) + "\n";
    need(stated === computed, "The document was changed after it was sealed.", stated, computed);
    return "The document is as it was sealed.";
  }

  async checkpoint() {
    const { name } = this.key, programme = this.document.programme.id;
    await openNote(this.document.checkpoint, this.key, "checkpoint");
    need(this.origin === name + "/" + this.epoch, "The checkpoint is of another log.", this.origin, name);
    const owner = name.slice(name.lastIndexOf("/") + 1);
    need(owner === programme, "The log belongs to another programme.", programme, owner);
    return "The programme signed its log of " + this.size + " records, epoch " + this.epoch + ".";
  }

  async keyChanges() {
    const notes = this.document.rotations, wanted = this.keys.length - 1;
    need(notes.length === wanted, "Each change of key comes with a note.", notes.length, wanted);
    for (const [number, note] of notes.entries()) {
      const next = this.keys[number + 1];
      for (const key of [this.keys[number], next]) {
        const text = await openNote(note, key, "change of key");
        const right = text === "fanshare-key/1\n" + next.text + "\n";
        need(right, "The note of a change of key names another key.", text, next.text);
      }
    }
    return notes.length + " changes of the key, each signed by the key before.";
  }

  trust(trusted) {
    const advice = "Compare this key with the one that the programme publishes: " + this.key.text;
    need(trusted !== null, advice, "", "", "note");
    const known = this.keys.some((key) => trusted.includes(key.text));
    need(known, "None of the keys that you trust vouches for this log.", this.key.text, trusted);
    return "The log is signed by a key that you trust, or by its successor.";
  }

  async restores() {
    const { epochs } = this.document, numbers = epochs.map((epoch) => epoch.body.number);
    const told = numbers.every((each, at) => each > 1 && (at === 0 || numbers[at - 1] < each));
    const right = told && Math.max(1, ...numbers) === this.epoch;
    need(right, "The restores from backup are not all told.", numbers, this.epoch);
    for (const { body, index, proof, consistency } of epochs) {
      const size = BigInt(body.restored_size), root = Uint8Array.from(body.restored_root.match(/../g), (x) => parseInt(x, 16));
      const holds = same(await included(await leaf(body), index, this.size, proof), this.root)
        && BigInt(index) === size && await grew(size, this.size, root, this.root, consistency);
      need(holds, "The restore that began epoch " + body.number + " is not in the log as stated.");
    }
    return numbers.length ? numbers.length + " restores from backup, all recorded." : "The log was never restored.";
  }

  async proofs() {
    for (const entry of this.entries) {
      const root = await included(await leaf(entry.body), entry.index, this.size, entry.proof);
      need(same(root, this.root), "The record " + entry.index + " (" + label(entry) + ") is not in the signed log.");
    }
    const places = new Set(this.entries.map((entry) => entry.index));
    need(places.size === this.entries.length, "One record is counted twice.");
    return "All " + this.entries.length + " records are in the signed log.";
  }

  async openings() {
    const opened = (entry) => Object.keys(entry.opens).sort().filter((key) => key !== "salt");
    const subjects = new Set(this.entries.map((entry) => JSON.stringify(opened(entry).map((key) => entry.opens[key]))));
    need(subjects.size === this.entries.length, "One entry appears twice.");
    for (const entry of this.entries) {
      const { salt, ...rest } = entry.opens;
      const tag = kindOf(rest);
      const computed = await commitment(tag, salt, tag === "order" ? rest : rest[tag]);
      for (const link of chain(entry)) {
        const stated = subject(link.body);
        need(stated === computed, "A record is not about " + label(entry) + ".", stated, computed);
        await this.mine(entry, link);
      }
    }
    return "The shares are this party's, and nobody else's are opened.";
  }

  async mine(entry, link) {
    for (const [role, salt] of Object.entries(link.shares)) {
      const stated = holder(link.body, role), computed = await commitment("who", salt, this.document.party.id);
      const wrong = "The " + role + "'s share of " + label(entry) + " is not this party's.";
      need(stated === computed, wrong, stated, computed);
    }
  }

  async chains() {
    for (const entry of this.entries) {
      const bodies = chain(entry).map((link) => link.body), name = label(entry);
      const whole = bodies.every((body, at) => body.seq === bodies.length - at);
      need(whole, "The earlier records of " + name + " are not complete.", bodies.map((body) => body.seq));
      for (const [at, older] of bodies.slice(1).entries()) {
        const newer = bodies[at], hash = toHex(await leaf(older));
        need(newer.previous === hash, "An earlier record of " + name + " was changed.", newer.previous, hash);
        need(follows(older, newer), name + " cannot go this way.", older.state, newer.state);
      }
    }
    return "Every record names the one before it, back to the first.";
  }

  arithmetic() {
    let number = 0;
    for (const line of this.sections.flatMap((section) => section.lines)) {
      for (const { body } of chain(line)) {
        this.recomputed(line, body);
        number += 1;
      }
    }
    this.conversions();
    return number + " settlements recomputed, every amount to the last digit.";
  }

  conversions() {
    const pairs = {}, sums = {};
    for (const entry of this.entries) {
      const links = chain(entry), { rate, state, amount, currency, at } = links[links.length - 1].body;
      if (!rate) continue;
      const out = state === "exchanged", [sum, code] = out ? [rate.given, rate.origin] : [rate.got, rate.target];
      const right = (rate.source === "LAW" ? lawful(rate) : converts(rate)) && amount === sum && currency === code;
      need(right, label(entry) + " does not follow from its rates.", amount, sum);
      if (rate.source === "LAW" && out) {
        const [old, given, got] = replaced(rate), before = sums[old] || [0n, 0n];
        sums[old] = [before[0] + given, before[1] + got];
      }
      (pairs[rate.pair] ||= []).push([out, canonical([rate, at, entry.body.at, links.length])]);
    }
    for (const [one, other = [], ...more] of Object.values(pairs)) {
      need(one[0] === !other[0] && one[1] === other[1] && !more.length, "A conversion has not both its legs.");
    }
    for (const [old, [given, got]] of Object.entries(this.since === null ? sums : {})) {
      const right = worth(old, given), wrong = "What was changed of " + old + " is not what all of it is worth.";
      need(got === right, wrong, exact(got), exact(right));
    }
  }

  recomputed(line, body) {
    try {
      const computed = recompute(body);
      for (const role of ROLES) {
        const share = body.shares.find((each) => each.role === role), amount = share ? micros(share.amount) : 0n;
        need(amount === computed[role], "share of the " + role, exact(amount), exact(computed[role]));
      }
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      throw new Finding(label(line) + ": " + error.detail, error.stated, error.computed, error.status);
    }
  }

  told() {
    for (const entry of this.entries) {
      for (const [role, stated] of Object.entries(entry.sentences || {})) {
        const computed = sentence(entry.body, role);
        const wrong = "The sentence of " + label(entry) + " does not say what the figures say.";
        need(stated === computed, wrong, stated, computed);
      }
    }
    return "The sentences say what the figures say.";
  }

  totals() {
    const currencies = new Set(this.sections.map((section) => section.currency));
    need(currencies.size === this.sections.length, "A currency appears twice.");
    for (const section of this.sections) {
      const sums = Object.fromEntries(TOTALS.map((name) => [name, micros(section.opening[name])]));
      const blank = this.since !== null || TOTALS.every((name) => sums[name] === 0n);
      need(blank, "A statement from the beginning opens with nothing.");
      for (const entry of entriesOf(section)) {
        for (const [name, change] of Object.entries(this.change(entry))) sums[name] += change;
      }
      for (const name of TOTALS) {
        const stated = section.closing[name], called = name.replaceAll("_", " ");
        const wrong = "The total " + called + " in " + section.currency + " is not the sum of the lines.";
        need(micros(stated) === sums[name], wrong, stated, exact(sums[name]));
      }
    }
    return "Opening, lines and payouts add up to the closing totals.";
  }

  change(entry) {
    const links = chain(entry), { counted } = entry, found = position(links[0], this.until);
    if (!counted) return found;
    const possible = this.since !== null && counted <= links.length;
    need(possible, label(entry) + " cannot have been counted before.", counted);
    const before = position(links[links.length - counted], this.since);
    for (const name of TOTALS) found[name] -= before[name];
    return found;
  }

  limits() {
    const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    const told = equal(this.document.proves, PROVES) && equal(this.document.does_not_prove, DOES_NOT_PROVE);
    need(told, "The statement promises more, or warns of less, than this format does.");
    return "The statement says rightly what it proves and what not.";
  }
}

/** A statement and an older one, each of which holds by itself. */
class Pair {
  constructor(now, old) {
    [this.now, this.old] = [now, old];
    const later = now.document.epochs.filter((epoch) => epoch.body.number > old.epoch);
    this.lasting = later.map((epoch) => BigInt(epoch.body.restored_size)).reduce((a, b) => (b < a ? b : a), old.size);
  }

  sameParty() {
    const [mine, theirs] = [this.now, this.old].map(({ document: { programme, party } }) => programme.id + " " + party.id);
    need(mine === theirs, "The two statements are of different parties or programmes.", theirs, mine);
    return "Both statements are of one party in one programme.";
  }

  sameKey() {
    const known = this.now.keys.some((key) => key.text === this.old.key.text);
    need(known, "The key changed, and the old key did not hand over.", this.now.key.text, this.old.key.text);
    return "The key is the same, or was handed over.";
  }

  async consistency() {
    const { now, old } = this, { size } = old, given = now.document.consistency;
    const shrunk = now.epoch < old.epoch || (now.epoch === old.epoch && now.size < size);
    need(!shrunk, "The newer log is shorter than the older one.", now.size, size);
    const gone = size - this.lasting + " of " + size + " records of the older statement";
    const advice = "A restore from backup, told in the log, lost " + gone
      + ". What those records said is not proved by the newer statement: compare them.";
    need(this.lasting === size, advice, size, this.lasting, "note");
    const grown = 0n < size && size < now.size;
    const ask = "Ask for a statement that continues the older one (made with --since " + size + ").";
    need(!grown || (given && BigInt(given.size) === size), ask, "", "", "open");
    const holds = await grew(size, now.size, old.root, now.root, grown ? given.proof : []);
    need(holds, "The log was rewritten since the older statement.", toHex(now.root), toHex(old.root));
    return "The " + size + " records of the older log are the beginning of the newer one.";
  }

  kept() {
    const current = new Map(this.now.entries.map((entry) => [subject(entry.body), entry]));
    const before = this.old.entries.filter((entry) => BigInt(entry.index) < this.lasting);
    for (const entry of before) {
      const found = current.get(subject(entry.body)), { seq } = entry.body;
      need(found || this.now.since, label(entry) + " was in the older statement and is missing now.");
      if (!found) continue;
      const bodies = chain(found).map((link) => link.body).reverse();
      const same = bodies.length >= seq && canonical(bodies[seq - 1]) === canonical(entry.body);
      need(same, label(entry) + " does not continue what the older statement said.");
    }
    return "All " + before.length + " records of the older statement are kept or rightly superseded.";
  }

  opening() {
    if (this.now.since === null || this.now.since !== this.old.until) {
      return "The newer statement does not begin where the older one ended; its opening was not compared.";
    }
    const nothing = canonical(Object.fromEntries(TOTALS.map((name) => [name, "0.000000"])));
    const sums = (sections, name) => new Map(sections.map((each) => [each.currency, canonical(each[name])]));
    const opening = sums(this.now.sections, "opening"), closing = sums(this.old.sections, "closing");
    for (const name of new Set([...opening.keys(), ...closing.keys()])) {
      const stated = opening.get(name) || nothing, computed = closing.get(name) || nothing;
      need(stated === computed, "The opening in " + name + " is not the closing of the older one.", stated, computed);
    }
    return "The newer statement opens with what the older one closed with.";
  }
}

async function run(name, check) {
  try {
    return { name, status: "ok", detail: await check(), stated: "", computed: "" };
  } catch (error) {
    if (error instanceof Finding) {
      return { name, status: error.status, detail: error.detail, stated: error.stated, computed: error.computed };
    }
    const detail = "The document has not the form of a statement (" + error.message + ").";
    return { name, status: "failed", detail, stated: "", computed: "" };
  }
}

const ALONE = [["seal", "seal"], ["checkpoint", "checkpoint"], ["keys", "keyChanges"], ["trust", "trust"],
  ["epochs", "restores"], ["proofs", "proofs"], ["openings", "openings"], ["chains", "chains"],
  ["arithmetic", "arithmetic"], ["sentences", "told"], ["totals", "totals"], ["limits", "limits"]];
const PAIR = [["same party", "sameParty"], ["same key", "sameKey"], ["consistency", "consistency"], ["kept", "kept"],
  ["opening", "opening"]];

async function alone(read, trusted) {
  const found = [];
  for (const [name, method] of ALONE) found.push(await run(name, () => read[method](trusted)));
  return found;
}

async function readAs(name, document) {
  let read = null;
  const check = await run(name, async () => {
    read = await Statement.read(document);
    return "The document has the form of a statement.";
  });
  return [read, [check]];
}

/** Check a statement (as ``parse`` reads it), and that it continues ``older``. Never throws for a bad document.
 *  ``trusted`` are public keys as texts that the reader knows from elsewhere, or null. Gives ``checks`` and ``ok``. */
export async function verify(statement, older = null, trusted = null) {
  const [read, checks] = await readAs("form", statement);
  if (read) {
    checks.push(...await alone(read, trusted));
    if (older !== null) checks.push(...await against(read, older));
  }
  return { checks, ok: checks.every((check) => check.status === "ok" || check.status === "note") };
}

async function against(read, older) {
  const [old, checks] = await readAs("older", older);
  if (!old) return checks;
  const failed = (await alone(old, null)).find((check) => check.status === "failed");
  if (failed) return [{ ...failed, name: "older", detail: "The older statement: " + failed.detail }];
  const found = [{ name: "older", status: "ok", detail: "The older statement holds by itself.", stated: "", computed: "" }];
  const pair = new Pair(read, old);
  for (const [name, method] of PAIR) found.push(await run(name, () => pair[method]()));
  return found;
}
