// Passkeys: asks the browser for one, and sends its answer with the form that asked. Without script the pages have
// other ways, and say so.
const boxes = document.querySelectorAll("[data-passkey]");
const known = "credentials" in navigator && "PublicKeyCredential" in window;
let quiet = null;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));

function wanted(box) {
  const options = JSON.parse(box.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
  const salts = options.extensions?.prf?.eval;
  if (salts) salts.first = bytes(salts.first);
  return options;
}

function told(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

// Where her books open by it, what the device made of their salt goes with the answer, once, and stays in no field.
function send(box, credential) {
  const field = box.querySelector("input");
  const secret = box.querySelector("[data-made]");
  if (secret) {
    const made = credential.getClientExtensionResults().prf?.results?.first;
    if (!made) throw new DOMException("this browser or device has no PRF", "NotSupportedError");
    secret.value = text(made);
    new Uint8Array(ArrayBuffer.isView(made) ? made.buffer : made).fill(0);
  }
  field.value = told(credential);
  field.form.submit();
  if (secret) secret.value = "";
}

async function pressed(box, button) {
  if (box.dataset.whole && !button.form.reportValidity()) return;
  quiet?.abort();
  box.querySelectorAll("[role=alert]").forEach((one) => { one.hidden = true; });
  button.disabled = true;
  try {
    const how = { publicKey: wanted(box) };
    send(box, await (box.dataset.passkey === "make" ? navigator.credentials.create(how) : navigator.credentials.get(how)));
  } catch (error) {
    const which = { InvalidStateError: "there", NotSupportedError: "unable" }[error.name] ?? "failed";
    (box.querySelector(`[data-said=${which}]`) ?? box.querySelector("[data-said]")).hidden = false;
    button.disabled = false;
    button.focus();
  }
}

// The browser offers passkeys where the address is typed, without a window of its own.
async function offer(box) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  quiet = new AbortController();
  send(box, await navigator.credentials.get({ publicKey: wanted(box), mediation: "conditional", signal: quiet.signal }));
}

for (const box of known ? boxes : []) {
  const button = box.querySelector("button");
  button.addEventListener("click", () => pressed(box, button));
  box.querySelector("[data-ready]").hidden = false;
  box.querySelector("[data-without]").hidden = true;
  if (box.dataset.quiet) offer(box).catch(() => {});
}
// Controls that only lead to a page with such a box.
if (known) {
  document.querySelectorAll("[data-needs-passkeys]").forEach((one) => { one.hidden = false; });
  document.querySelectorAll("[data-no-passkeys]").forEach((one) => { one.hidden = true; });
}
// A passkey that was just removed here: what keeps it need not offer it any more.
const gone = document.querySelector("[data-gone]");
if (known && gone) PublicKeyCredential.signalUnknownCredential?.(JSON.parse(gone.dataset.gone)).catch(() => {});
