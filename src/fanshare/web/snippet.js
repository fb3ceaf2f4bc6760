// The first-party snippet of a shop. What is served is this text without comments, indents and line ends
// (web/snippet.py), and has to stay below 2 kB: every statement here ends in a semicolon or a brace.
//
// It keeps the click ids a buyer came with, the first and the last 19, and writes them into forms. Nothing is stored
// without consent: then the id of this very page alone goes into its forms. Under Global Privacy Control
// (navigator.globalPrivacyControl) nothing is read, kept or told at all.
((w, d, n) => {
  let s = d.currentScript, o = s ? s.dataset : {}, K = "fs_path", ids = [], started = "", L = {};
  let query = new URLSearchParams(location.search), quiet = n.globalPrivacyControl;
  try { L = localStorage; } catch {}

  // Append-only: an id that is known keeps its place.
  const add = text => {
    for (let id of text.toLowerCase().split(/[.,]/))
      if (/^[0-9a-hjkmnp-tv-z]{36}$/.test(id) && !ids.includes(id)) ids.push(id);
    if (ids.length > 20) ids.splice(1, ids.length - 20);
  };

  const keep = value => {
    d.cookie = K + "=" + value + ";Path=/;SameSite=Lax;Max-Age=" + (value ? 7776e3 : 0) +
      (o.domain ? ";Domain=" + o.domain : "") + (location.protocol == "https:" ? ";Secure" : "");
    try { if (value) L[K] = value; else delete L[K]; } catch {}
  };

  const fill = () => {
    for (let form of d.querySelectorAll("form[data-fanshare]"))
      for (let [name, value] of [[K, ids.join()], ["fs_checkout", started]])
        if (value || form.elements[name]) (form.elements[name] ||
          form.appendChild(Object.assign(d.createElement("input"), { type: "hidden", name }))).value = value;
  };

  const landed = () => { if (!quiet) add(query.get("fs") || query.get("utm_id") || ""); };

  const consent = yes => {
    let now = ids.join();
    ids = [];
    if (yes && !quiet) {
      add((d.cookie.match(/(?:^|; )fs_path=([^;]*)/) || [, ""])[1]);
      add(L[K] || "");
      add(now);
      if (ids[0]) keep(ids.join("."));
    } else { keep(""); landed(); }
    fill();
  };

  // The cart is at the checkout from now on: clicks made later take nothing away from earlier ones.
  const checkout = () => {
    if (started) return;
    started = new Date().toISOString();
    if (o.beacon && ids[0] && n.sendBeacon) n.sendBeacon(o.beacon, ids.join());
    fill();
  };

  landed();
  w.fanshare = { path: () => ids.join(), consent, checkout };
  d.addEventListener("DOMContentLoaded", fill);
  d.addEventListener("submit", fill, true);
  if (o.consent == "granted" || quiet) consent(true);
  else if (w.fanshareConsent) w.fanshareConsent(consent);
  else if (w.__tcfapi) w.__tcfapi("addEventListener", 2, (t, ok) => {
    if (ok && t.eventStatus != "cmpuishown") consent(t.gdprApplies === false || t.purpose.consents[1]);
  });
})(window, document, navigator);
