/* Keeps the list of click ids (?fs=...) in a first-party cookie: the first one and the last ones, only with consent. */
(function () {
  "use strict";
  var settings = window.fanshare || {};
  var name = settings.cookie || "fs_path";
  var most = settings.most || 20;
  var id = new URLSearchParams(window.location.search).get("fs") || "";
  var good = /^[A-Za-z0-9_-]{1,64}$/;

  function may() {
    if (navigator.globalPrivacyControl) return false;
    if (typeof window.wp_has_consent === "function") return window.wp_has_consent("marketing");
    return settings.unasked === true;
  }

  function kept() {
    var found = document.cookie.split("; ").find(function (pair) { return pair.indexOf(name + "=") === 0; });
    return found ? found.slice(name.length + 1).split(".").filter(function (one) { return good.test(one); }) : [];
  }

  function write(ids, age) {
    var secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = name + "=" + ids.join(".") + "; Path=/; Max-Age=" + age + "; SameSite=Lax" + secure;
  }

  function note() {
    if (!may()) {
      if (kept().length) write([], 0);
      return;
    }
    var ids = kept();
    if (!good.test(id) || ids.indexOf(id) !== -1) return;
    ids.push(id);
    if (ids.length > most) ids = [ids[0]].concat(ids.slice(1 - most));
    write(ids, 30 * 86400);
  }

  note();
  document.addEventListener("wp_listen_for_consent_change", note);
})();
