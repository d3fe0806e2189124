/* Answers that must arrive. Without this file every form still posts; with it answers are saved as
   they are given, kept in the tab until the server has them, and sent again until it does. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const say = document.getElementById("say").dataset;
  const DELAYS = [1, 2, 4, 8, 15, 30];
  const OWN = new Set(["csrfmiddlewaretoken", "token", "rev"]);
  const formOf = (node) => node?.closest?.("form[data-draft]");
  const keyOf = (form) => `draft:${form.dataset.draft}`;
  const given = (form) => [...new FormData(form)].filter(([name]) => !OWN.has(name));
  /* As the server made it: a browser that loads a page anew fills it in again by itself. */
  const rendered = (form) => { const copy = form.cloneNode(true); copy.reset(); return JSON.stringify(given(copy)); };
  const storage = {
    get: (key) => { try { return sessionStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* a full or forbidden store: the server still gets it */ } },
    remove: (key) => { try { sessionStorage.removeItem(key); } catch { /* as above */ } },
  };
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const tell = (form, text, link) => {
    const line = $(".kept", form);
    if (!line) return;
    line.className = "why kept";
    line.textContent = text;
    if (link) {
      const a = document.createElement("a");
      a.href = link.href; a.textContent = link.text;
      line.append(" ", a);
    }
  };

  /* The same answer sent again carries the same token; another answer another one. */
  document.addEventListener("htmx:configRequest", (event) => {
    const form = formOf(event.detail.elt);
    if (!form) return;
    const button = event.detail.triggeringEvent?.submitter;
    const sent = JSON.stringify([given(form), button?.name, button?.value, form.elements.rev?.value]);
    if (sent !== form.sent) { form.sent = sent; form.sentToken = uuid(); }
    form.sentDraft = JSON.stringify(given(form));
    form.button = button;
    event.detail.parameters.set?.("token", form.sentToken);
    if (!event.detail.parameters.set) event.detail.parameters.token = form.sentToken;
  });

  document.addEventListener("input", (event) => {
    const form = formOf(event.target);
    if (form) storage.set(keyOf(form), JSON.stringify(given(form)));
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event.detail.elt);
    if (!form || !event.detail.successful) return;
    form.tries = 0;
    if (storage.get(keyOf(form)) === form.sentDraft) storage.remove(keyOf(form));
  });

  const again = (form) => {
    if (!form.isConnected) return;
    if (form.button) form.requestSubmit(form.button);
    else form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const failed = (event) => {
    const form = formOf(event.detail.elt);
    if (!form) return;
    const status = event.detail.xhr?.status ?? 0;
    if (status === 409 || status === 422) return; // these come with a page that says what to do
    storage.set(keyOf(form), form.sentDraft ?? JSON.stringify(given(form)));
    const here = `${location.pathname}?q=${$(".hang-n", form)?.textContent ?? ""}`;
    if (status === 401) {
      tell(form, `${say.signedOut} ${say.stays}`, { href: `${say.login}?next=${encodeURIComponent(here)}`, text: say.goOn });
    } else if (status >= 400 && status < 500 && status !== 429) {
      tell(form, `${say.old} ${say.stays}`, { href: here, text: say.anew });
    } else {
      const seconds = DELAYS[Math.min(form.tries ?? 0, DELAYS.length - 1)];
      form.tries = (form.tries ?? 0) + 1;
      tell(form, `${say.retry.replace("%s", seconds)} ${say.stays}`);
      setTimeout(() => again(form), seconds * 1000);
    }
  };
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, failed);

  /* A conflict and a used page bring the question back with both texts: show it. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr?.status;
    const sender = event.detail.requestConfig?.elt; // the event itself is the target's
    if (formOf(sender) && (status === 409 || status === 422)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  const restore = () => {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const text = storage.get(keyOf(form));
      if (!text) continue;
      if (text === rendered(form)) { storage.remove(keyOf(form)); continue; }
      if ($("[role=alert]", form)) continue; // the server brought the text back itself
      let draft;
      try { draft = JSON.parse(text); } catch { continue; }
      const names = new Map();
      for (const [name, value] of draft) names.set(name, [...(names.get(name) ?? []), value]);
      for (const field of form.elements) {
        if (!field.name || OWN.has(field.name) || field.name === "question" || field.type === "submit") continue;
        const values = names.get(field.name) ?? [];
        if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
        else if (field.name === "order") continue;
        else field.value = values[0] ?? "";
      }
      const order = names.get("order");
      if (order) for (const key of order) {
        const field = $(`input[name=order][value="${CSS.escape(key)}"]`, form);
        field?.closest("ol").append(field.closest("li"));
      }
      tell(form, say.restored);
      form.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  /* The time that is left, counted on from what the server said last. The server alone decides when
     it is up: then the page is asked for again, and is the results or has more time. A clock that
     sleeps, or is set back, hides nothing. */
  const WARNED = [300, 60], GRACE = 7;
  let clock = null;
  const tick = () => {
    const shown = document.getElementById("time-left");
    if (!shown) return;
    if (clock?.shown !== shown) clock = { shown, all: Number(shown.dataset.seconds), date: Date.now(), at: performance.now(), before: Infinity };
    const gone = Math.max(Date.now() - clock.date, performance.now() - clock.at) / 1000;
    const left = Math.ceil(clock.all - gone), minutes = Math.max(0, Math.ceil(left / 60));
    const { minutes: many, last, over } = shown.dataset;
    const text = left > 60 ? many.replace("%s", minutes) : left > 0 ? last.replace("%s", left) : over;
    if (shown.textContent !== text) shown.textContent = text;
    const beside = document.getElementById("minutes-left");
    if (beside && beside.textContent !== String(minutes)) beside.textContent = minutes;
    const warned = WARNED.find((limit) => left <= limit && limit < clock.before && clock.before < Infinity);
    const told = document.getElementById("time-told");
    if (warned && told) told.textContent = told.dataset.said.replace("%s", minutes);
    const form = $("form[data-draft]");
    if (left <= 2 && clock.before > 2 && form && storage.get(keyOf(form))) form.dispatchEvent(new Event("change", { bubbles: true }));
    clock.before = left;
    if (left <= -GRACE) { clock.all = Infinity; location.replace(location.pathname + location.search); }
  };
  if (document.getElementById("time-left")) { tick(); setInterval(tick, 1000); }

  /* After an answer the reader is taken to what is said of it. */
  const settle = () => {
    const sheet = $("#sheet");
    const target = sheet?.dataset.focus && document.getElementById(sheet.dataset.focus);
    if (!target) return;
    const place = $("[role=alert], .said, .why", target) ?? $("input:not([type=hidden]), select, textarea, button", target) ?? target;
    if (!place.matches("input, select, button, [tabindex]")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "sheet" || event.detail.elt?.id === "sheet") { settle(); restore(); tick(); }
  });
  document.addEventListener("htmx:load", restore, { once: true }); // before, nothing would be sent
  if (location.hash) $(`${location.hash.replace(/[^#\w-]/g, "")} .said`)?.focus({ preventScroll: true });
})();
