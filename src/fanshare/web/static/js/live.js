// Looks again as soon as a figure was changed. The server computes, as it does for the button, which needs no script.
const PARTS = ["live-problem", "live-means", "live-rest"];
const form = document.querySelector("form[data-live]");
let newest = 0;

async function look() {
  newest += 1;
  const mine = newest;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = PARTS.map((id) => page.getElementById(id));
  if (mine === newest && found.every(Boolean)) {
    PARTS.forEach((id, place) => document.getElementById(id).replaceChildren(...found[place].childNodes));
  }
}

// Whoever is offline has the button, and sees what the browser says to it.
form?.addEventListener("change", () => look().catch(() => {}));
