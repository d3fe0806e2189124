/* Pilcrow. Everything works without this file; it only makes it quicker. */
"use strict";
(() => {
  const doc = document.documentElement;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = document.getElementById("say").dataset;
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  /* Writes that must arrive: a form marked data-retry is sent again until it is acknowledged.
     Its token makes a repeat harmless. */
  const DELAYS = [1, 2, 4, 8, 15, 30];
  const waiting = new WeakMap();

  const retry = (event) => {
    const form = event.target.closest?.("form[data-retry]");
    if (!form) return;
    const status = event.detail.xhr?.status ?? 0;
    const line = $(".save", form);
    if (status >= 400 && status < 500 && status !== 429) {
      line.textContent = status === 401 ? `${say.signedOut} ` : say.stale;
      if (status === 401) {
        const link = document.createElement("a");
        const here = location.pathname + (passageOf(form) ? `#${passageOf(form).id}` : "");
        link.href = `${say.login}?next=${encodeURIComponent(here)}`;
        link.textContent = say.markAgain;
        line.append(link);
      }
      return;
    }
    const tries = waiting.get(form) ?? 0;
    const seconds = DELAYS[Math.min(tries, DELAYS.length - 1)];
    waiting.set(form, tries + 1);
    line.textContent = say.retry.replace("%s", seconds);
    const config = event.detail.requestConfig;
    const button = config?.triggeringEvent?.submitter ?? form.pressed;
    setTimeout(() => form.isConnected && form.requestSubmit(button), seconds * 1000);
  };
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, retry);
  document.addEventListener("submit", (event) => { event.target.pressed = event.submitter; });
  addEventListener("beforeunload", (event) => {
    if ($$("form[data-retry] .save").some((line) => line.textContent)) event.preventDefault();
  });

  /* A swapped form loses the focus of the button that was pressed: give it to what took its place. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const id = event.detail.target?.id;
    if (!id || id === "sheet" || document.activeElement !== document.body) return;
    const said = document.querySelector(`#${CSS.escape(id)} .said, #${CSS.escape(id)} .why`);
    if (said) { said.tabIndex = -1; said.focus(); return; }
    const place = document.getElementById(id);
    const pressed = event.detail.requestConfig?.triggeringEvent?.submitter;
    const before = pressed?.form ? $$("button", pressed.form) : [];
    const isLast = before.length > 1 && before.at(-1) === pressed;  // of several, what it became is last too
    ((place && isLast && $$("button", place).at(-1)) || (place?.querySelector("button, a") ?? place))?.focus();
  });

  /* Several marks in one answer: the others come in templates, each to its own place. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const text = event.detail.serverResponse ?? "";
    if (!text.includes("<template>")) return;
    const parsed = new DOMParser().parseFromString(text, "text/html");
    for (const piece of $$("template", parsed)) {
      const form = piece.content.firstElementChild;
      const old = form && document.getElementById(form.id);
      if (old) { const fresh = document.importNode(form, true); old.replaceWith(fresh); htmx.process(fresh); }
      piece.remove();
    }
    event.detail.serverResponse = parsed.body.innerHTML;
  });

  /* A table that is asked for again while it is open: not while nobody sees it, not put in when it
     is the same, and told of when it is another. */
  const refreshed = $("#refreshed");
  if (refreshed) {
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (document.hidden && !event.detail.requestConfig?.triggeringEvent && event.target.matches("[hx-trigger^=every]")) event.preventDefault();
    });
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.target?.id !== "matrix" || !event.detail.shouldSwap) return;
      const version = event.detail.xhr.getResponseHeader("ETag")?.replace("W/", "") ?? "";
      if (version === refreshed.dataset.version) { event.detail.shouldSwap = false; return; }
      refreshed.dataset.version = version;
      refreshed.textContent = refreshed.dataset.said;
      setTimeout(() => { refreshed.textContent = ""; }, 5000);
    });
  }

  /* Terms: a link to the entry, opened in place as a pop-over. */
  const pop = $("#pop");
  let opener = null;
  /* Where it was opened is kept, for the entry's page and the class; of the terms that stand ahead
     of a section, where each is met. Nothing waits for it. */
  const keepLookUp = (link) => {
    const place = $("#place"), at = link.dataset.at ?? passageOf(link)?.id;
    if (!place || !at) return;
    const body = new FormData(place);
    body.set("at", at);
    fetch(`${link.pathname}look-up/`, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  const openTerm = async (link) => {
    opener = link;
    const show = () => {
      try { pop.showPopover({ source: link }); } catch { pop.showPopover(); }
      $("h2, h3", pop)?.focus();
    };
    if (pop.matches(":popover-open")) pop.hidePopover();
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      pop.innerHTML = await answer.text();
      window.htmx?.process(pop);
      show();
      keepLookUp(link);
    } catch { location.href = link.href; }
  };
  if (pop?.showPopover) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.term");
      if (link && !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey)) {
        event.preventDefault();
        openTerm(link);
      }
      if (event.target.closest("[data-close]")) pop.hidePopover();
    });
    pop.addEventListener("toggle", (event) => {
      if (event.newState === "closed" && opener && (document.activeElement === document.body || pop.contains(document.activeElement))) opener.focus();
    });
  }

  /* The way back after a jump to another paragraph. */
  const paras = $$(".para[data-number]");
  const numberOf = (para) => Number(para.dataset.number);
  const back = $("#back");
  const passageOf = (node) => node.closest(".para[data-number]");
  const offerBack = (number, href) => {
    $("a", back).href = href;
    $("span", back).textContent = say.back.replace("%s", number);
    back.hidden = false;
  };
  if (back) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href*='#p'], a[href*='#n']");
      const from = link && passageOf(link);
      if (!from || link.classList.contains("para-n") || link.classList.contains("ref")) return;
      const url = new URL(link.href);
      if (url.pathname === location.pathname && url.hash !== `#${from.id}`) offerBack(numberOf(from), `#${from.id}`);
    });
    back.addEventListener("click", () => { back.hidden = true; });
  }

  /* Where the reader is: shown in the rail and the bar, and kept for other devices. */
  if (paras.length && "IntersectionObserver" in window) {
    const place = $("#place");
    let here = null, timer = 0, sent = null;
    const send = () => {
      if (!place || !here || sent === here.id) return;
      sent = here.id;
      place.elements.at.value = here.id;
      fetch(place.action, { method: "POST", body: new FormData(place), keepalive: true }).catch(() => { sent = null; });
    };
    const settle = (para) => {
      if (para === here) return;
      here = para;
      for (const link of $$(".rail a")) link.toggleAttribute("aria-current", false);
      $(`.rail a[href="#${para.id}"]`)?.setAttribute("aria-current", "location");
      const label = $("#here");
      if (label) label.textContent = `¶${numberOf(para)}`;
      clearTimeout(timer);
      timer = setTimeout(send, 3000);
    };
    const seen = new Set();
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
      const first = paras.find((para) => seen.has(para));
      if (first) settle(first);
    }, { rootMargin: "-15% 0px -60% 0px" });
    for (const para of paras) watcher.observe(para);
    addEventListener("pagehide", send);

    /* Single keys, unless the reader turned them off. */
    const go = (step) => {
      const index = here ? paras.indexOf(here) : -1;
      const to = paras[Math.min(Math.max(index + step, 0), paras.length - 1)];
      to.scrollIntoView();
      $(".para-n", to).focus({ preventScroll: true });
      settle(to);
    };
    const keys = {
      j: () => go(1),
      k: () => go(-1),
      l: () => $(".pager [rel=next]")?.click(),
      h: () => $(".pager [rel=prev]")?.click(),
      n: () => {
        const fold = here && $("details.fold", here);
        if (!fold) return;
        fold.open = !fold.open;
        $("summary", fold).focus();
      },
      t: () => {
        const terms = here ? $$("a.term", here) : [];
        const next = terms[(terms.indexOf(opener) + 1) % terms.length];
        if (next) { next.focus(); openTerm(next); }
      },
    };
    document.addEventListener("keydown", (event) => {
      if (doc.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const act = keys[event.key];
      if (act) { event.preventDefault(); act(); }
    });
  }

  /* A note inside a closed fold opens when an address leads to it (browsers without hidden=until-found). */
  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details:not([open])");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  /* Whoever has named no time zone begins with that of this browser. */
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of $$("[data-zone]")) {
    const before = field.value;
    if (!zone || (before && before !== "UTC")) continue;
    field.value = zone;
    if (!field.value) field.value = before; // not among those on offer
  }

  /* Theme and view: the radios act at once; "Keep" stores them. */
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") $$("details.who[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  });
})();
