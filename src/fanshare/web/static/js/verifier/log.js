// Keys, signed notes and the Merkle log: RFC 8032, RFC 9162, C2SP signed notes and checkpoints.

import { canonical, need } from "./form.js";

const subtle = globalThis.crypto && globalThis.crypto.subtle;
const encoder = new TextEncoder();

/** Whether this browser can compute hashes here (only in pages that came by https, or from this machine). */
export const able = () => Boolean(subtle);

export const utf8 = (text) => encoder.encode(text);
export const toHex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
export const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
export const same = (a, b) => a.length === b.length && a.every((each, at) => each === b[at]);

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));

// -- Ed25519, checking only; the browser's own where it has one

const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (number) => ((number % P) + P) % P;

function power(base, exponent) {
  let found = 1n;
  for (base = mod(base); exponent; exponent >>= 1n) {
    if (exponent & 1n) found = found * base % P;
    base = base * base % P;
  }
  return found;
}

const D = mod(-121665n * power(121666n, P - 2n));
const little = (bytes) => BigInt("0x0" + toHex(Uint8Array.from(bytes).reverse()));

function add(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0])), b = mod((p[1] + p[0]) * (q[1] + q[0]));
  const c = mod(2n * p[3] * q[3] * D), d = mod(2n * p[2] * q[2]);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function point(bytes) {
  if (bytes.length !== 32) return null;
  const whole = little(bytes), y = whole & ((1n << 255n) - 1n), sign = whole >> 255n;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x - u)) x = mod(x * power(2n, (P - 1n) / 4n));
  if (y >= P || mod(v * x * x - u) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** The same by whole numbers, for browsers without Ed25519. All three are bytes. */
export async function verifyByNumbers(key, signature, message) {
  const a = point(key), s = little(signature.slice(32));
  if (signature.length !== 64 || s >= L || a === null) return false;
  const r = signature.slice(0, 32);
  const k = little(new Uint8Array(await subtle.digest("SHA-512", joined(r, key, message)))) % L;
  const base = point(fromHex("5866666666666666666666666666666666666666666666666666666666666666"));
  const minus = [P - a[0], a[1], 1n, P - a[3]];
  const steps = [null, base, minus, add(base, minus)];
  let found = [0n, 1n, 1n, 0n];
  for (let bit = 252n; bit >= 0n; bit -= 1n) {
    found = add(found, found);
    const step = steps[Number((s >> bit & 1n) | (k >> bit & 1n) << 1n)];
    if (step) found = add(found, step);
  }
  const inverse = power(found[2], P - 2n);
  const x = mod(found[0] * inverse), y = mod(found[1] * inverse);
  return little(r) === (y | (x & 1n) << 255n);
}

/** Whether an Ed25519 signature is valid. */
export async function verifySignature(key, signature, message) {
  try {
    const known = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await subtle.verify("Ed25519", known, signature, message);
  } catch {
    return verifyByNumbers(key, signature, message);
  }
}

// -- keys and signed notes

const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function unbase64(text) {
  need(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text), "A text is not base64.");
  const inner = atob(text);
  need(btoa(inner) === text, "A base64 text is not in its one form.");
  return Uint8Array.from(inner, (each) => each.charCodeAt(0));
}

/** A key as the programme publishes it, name+id+base64. */
export async function readKey(text) {
  const plus = text.indexOf("+");
  const name = plus < 0 ? text : text.slice(0, plus), rest = plus < 0 ? "" : text.slice(plus + 1);
  const data = unbase64(rest.slice(9));
  const id = toHex((await sha256(joined(utf8(name + "\n"), data))).slice(0, 4));
  const sound = name && !BLANK.test(name) && rest.slice(0, 9) === id + "+" && data[0] === 1 && data.length === 33;
  need(sound, "Bad key: " + text);
  return { name, id, public: data.slice(1), text };
}

/** The text of a signed note, if ``key`` signed it. */
export async function openNote(note, key, what) {
  const gap = note.lastIndexOf("\n\n");
  const text = gap < 0 ? "" : note.slice(0, gap), tail = gap < 0 ? note : note.slice(gap + 2);
  need(text && tail.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(text), "The " + what + " is no signed note.");
  let signed = false;
  for (const line of tail.slice(0, -1).split("\n")) {
    const [mark, name, coded, ...more] = line.split(" ");
    const sound = mark === "—" && name && !name.includes("+") && coded && !more.length && !BLANK.test(coded);
    need(sound, "The " + what + " is no signed note.");
    const data = unbase64(coded);
    if (name !== key.name || toHex(data.slice(0, 4)) !== key.id) continue;
    const right = await verifySignature(key.public, data.slice(4), utf8(text + "\n"));
    need(right, "The " + what + " has a wrong signature.");
    signed = true;
  }
  need(signed, "The " + what + " is not signed by " + key.text + ".");
  return text + "\n";
}

// -- the log. Sizes and places are BigInt: a log may be larger than 2^53

const ONE = Uint8Array.of(1), ZERO = Uint8Array.of(0);
const node = (left, right) => sha256(joined(ONE, left, right));

export const leaf = (body) => sha256(joined(ZERO, utf8(canonical(body))));

/** The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); empty if it has the wrong length. */
export async function included(hash, place, size, proof) {
  let at = BigInt(place), last = size - 1n, found = hash;
  for (const each of proof.map(fromHex)) {
    if (last <= 0n) return new Uint8Array();
    if (at & 1n || at === last) {
      found = await node(each, found);
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else {
      found = await node(found, each);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? found : new Uint8Array();
}

/** Whether the log of ``old`` records is the beginning of that of ``now`` (RFC 9162, 2.1.4.2). */
export async function grew(old, now, oldRoot, newRoot, proof) {
  if (old === 0n || old >= now) {
    const empty = old === 0n ? same(oldRoot, await sha256(new Uint8Array())) : old === now && same(oldRoot, newRoot);
    return !proof.length && empty;
  }
  const path = [...((old & (old - 1n)) === 0n ? [oldRoot] : []), ...proof.map(fromHex)];
  let at = old - 1n, last = now - 1n;
  while (at & 1n) [at, last] = [at >> 1n, last >> 1n];
  let older = path[0] || new Uint8Array(), newer = older;
  for (const each of path.slice(1)) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [older, newer] = [await node(each, older), await node(each, newer)];
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else {
      newer = await node(newer, each);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && same(older, oldRoot) && same(newer, newRoot);
}

/** What a record holds instead of a name: a hash under a salt. */
export async function commitment(tag, salt, value) {
  const start = joined(utf8("fanshare/" + tag + "/1"), ZERO, fromHex(salt));
  return toHex(await sha256(joined(start, utf8(canonical(value)))));
}
