// The page around the checks: a chosen file is read here, checked here, and goes nowhere.

import { able, parse, verify } from "./check.js";

const $ = (id) => document.getElementById(id);
const made = (name, words = "", kind = "") => {
  const element = document.createElement(name);
  element.textContent = words;
  if (kind) element.className = kind;
  return element;
};
const words = (key) => $("words").content.querySelector('[data-key="' + key + '"]').textContent;

/** An icon and a word for a state, copied from the page. */
function state(status) {
  return $("words").content.querySelector('[data-state="' + status + '"]').cloneNode(true);
}

function row(check) {
  const item = made("li", "", "verdict");
  const head = made("p");
  head.append(state(check.status), " ", made("strong", words("check " + check.name)));
  const said = made("p", check.detail, "soft");
  said.lang = "en";
  item.append(head, said);
  if (check.stated || check.computed) {
    const values = made("dl", "", "pairs");
    values.append(made("dt", words("stated")), made("dd", check.stated), made("dt", words("computed")), made("dd", check.computed));
    item.append(values);
  }
  return item;
}

function sums(statement) {
  const table = $("sums").content.cloneNode(true), body = table.querySelector("tbody");
  for (const section of statement.currencies) {
    for (const [name, amount] of Object.entries(section.closing)) {
      const line = made("tr"), head = made("th", words("total " + name)), cell = made("td", amount + " " + section.currency, "number");
      head.scope = "row";
      line.append(head, cell);
      body.append(line);
    }
  }
  return table;
}

function lines(statement) {
  const list = made("ul", "", "sentences");
  list.lang = "en";
  for (const section of statement.currencies) {
    for (const entry of [...section.lines, ...(section.moved || []), ...(section.gifts || [])]) {
      for (const text of Object.values(entry.sentences)) list.append(made("li", text));
    }
  }
  return list;
}

function show(verdict, kind, ...parts) {
  const place = $("answer");
  place.replaceChildren(made("h2", words(verdict), "state-" + kind), ...parts);
  place.hidden = false;
  place.focus();
}

async function chosen(id) {
  const [file] = $(id).files;
  return file ? parse(new Uint8Array(await file.arrayBuffer())) : null;
}

async function check(event) {
  event.preventDefault();
  const keys = $("key").value.split(/\s+/).filter((key) => key);
  let statement, older;
  try {
    [statement, older] = [await chosen("statement"), await chosen("older")];
  } catch (error) {
    show("unreadable", "checked", made("p", error.message, "soft"));
    return;
  }
  if (statement === null) {
    $("statement").focus();
    return;
  }
  const report = await verify(statement, older, keys.length ? keys : null);
  const list = made("ul", "", "verdicts");
  list.append(...report.checks.map(row));
  if (!report.ok) {
    const open = report.checks.every((each) => each.status !== "failed");
    show(open ? "open" : "broken", open ? "waiting" : "checked", list);
    return;
  }
  show("holds", "ready", sums(statement), list, made("h3", words("lines")), lines(statement));
}

$("unscripted").hidden = true;
if (able()) {
  $("form").hidden = false;
  $("form").addEventListener("submit", check);
} else {
  $("insecure").hidden = false;
}
