// fanshare: a custom pixel that remembers the link a visit came by, where the theme's own snippet does not run.
// Permission: marketing. It keeps click ids in this shop's own storage and sends nothing to anybody.
const KEY = "fs_path";
const ID = /^[\w-]{1,64}$/;
let allowed = init.customerPrivacy.marketingAllowed;
let landed = "";

async function keep() {
  if (!allowed || !landed || navigator.globalPrivacyControl) return;
  let old = {};
  try {
    old = JSON.parse(await browser.localStorage.getItem(KEY)) || {};
  } catch {}
  const known = Date.now() - old.t < 7776e6 && Array.isArray(old.p) ? old.p : [];
  const all = [...new Set([...known, landed])].filter((id) => ID.test(id));
  const path = all.length > 20 ? [all[0], ...all.slice(-19)] : all;
  await browser.localStorage.setItem(KEY, JSON.stringify({ t: Date.now(), p: path }));
}

customerPrivacy.subscribe("visitorConsentCollected", (event) => {
  allowed = event.customerPrivacy.marketingAllowed;
  keep();
});

analytics.subscribe("page_viewed", (event) => {
  const id = new URL(event.context.document.location.href).searchParams.get("fs") || "";
  if (ID.test(id)) landed = id;
  keep();
});
