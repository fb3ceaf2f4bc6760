// New numbers while a page is open: the edge says that something moved, then the page is asked for again and put in the
// place of the old one. Never under somebody's hands: whoever reads, types or marks something gets a button instead.
const main = document.querySelector("main[data-moves]");
const PAUSE = 5000;
let waits = false, last = 0, touched = false;

function inUse() {
  const focused = main.contains(document.activeElement) && document.activeElement !== main;
  return touched || focused || main.querySelector("details[open]") || String(getSelection()) !== "";
}

async function look() {
  last = Date.now();
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("main[data-moves]");
  if (!found || found.textContent === main.textContent) return;
  if (inUse()) {
    document.getElementById("moved").hidden = false;
  } else {
    main.replaceChildren(...found.childNodes);
  }
}

function soon() {
  if (waits || document.hidden) return;
  waits = true;
  // Not everybody in the same instant.
  setTimeout(() => { waits = false; look().catch(() => {}); }, Math.max(300, last + PAUSE - Date.now()) + Math.random() * 700);
}

if (main && "EventSource" in window) {
  const source = new EventSource(main.dataset.moves);
  let missed = false;
  source.addEventListener("moved", () => { missed = document.hidden; soon(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && missed) { missed = false; soon(); } });
  main.addEventListener("input", () => { touched = true; });
  addEventListener("pagehide", () => source.close());
}
