/* Review by keyboard, unless single keys are turned off: 1 to 4 rate or choose; space and enter
   show the answer, check it, go on; u undoes. */
"use strict";
(() => {
  const $ = (selector) => document.querySelector(`#review ${selector}`);
  const act = (key) => {
    if (/^[1-9]$/.test(key)) {
      const rate = $(`.rate button[value="${key}"]`);
      if (rate) return rate;
      return document.querySelectorAll("#review form .opts input:not(:disabled)")[Number(key) - 1];
    }
    if (key === "u") return $('form[action$="/undo/"] button');
    if (key === " " || key === "Enter") return $("#show") ?? $("#next") ?? (key === "Enter" ? $('button[name="act"]') : null);
    return null;
  };
  document.addEventListener("keydown", (event) => {
    const is = (selector) => event.target.closest(selector);
    if (document.documentElement.dataset.keys === "off" || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const isWord = event.key === " " || event.key === "Enter";
    if (is("select, textarea, input:not([type=radio], [type=checkbox])")) return;
    if (isWord && is("a, button, summary")) return;
    if (event.key === " " && is("input")) return;
    const target = act(event.key);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "INPUT") target.focus();
    target.click();
  });
  /* After a swap the reader stands where the next act is. */
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "review") return;
    const place = $(".said[tabindex]") ?? $(".why") ?? $("#answer") ?? $("h2, legend");
    if (place) { place.tabIndex = -1; place.focus(); }
  });
})();
