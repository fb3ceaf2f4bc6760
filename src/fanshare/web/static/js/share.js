// Shows the buttons beside what can be copied: one that copies it, and where the browser hands texts on, one that does.
function prepare(button) {
  const field = document.getElementById(button.dataset.of);
  const said = document.getElementById(button.dataset.says);
  // The same words twice are a change only if nothing stood there in between.
  const say = (words) => {
    said.textContent = "";
    setTimeout(() => (said.textContent = words), 50);
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (button.dataset.does === "share") {
        await navigator.share({ text: field.value });
        return;
      }
      await copy(field);
      say(button.dataset.done);
    } catch (error) {
      // Whoever closes the list of apps has decided so.
      if (error.name !== "AbortError") {
        field.select();
        say(button.dataset.failed);
      }
    }
  });
}

async function copy(field) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(field.value);
    return;
  }
  // By plain http browsers have only the old way.
  field.select();
  if (!document.execCommand("copy")) throw new Error("not copied");
}

for (const button of document.querySelectorAll("button[data-of]")) {
  if (button.dataset.does === "copy" || navigator.share) prepare(button);
}
