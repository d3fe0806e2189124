/* Rows of a list are dragged by a handle; the drop posts the form of the row that moved. The
   buttons up and down do the same by keyboard and without script. */
"use strict";
(() => {
  const rows = (list) => [...list.querySelectorAll(":scope > [data-row]")];
  const drag = (down, row) => {
    const list = row.parentElement;
    const begun = rows(list).indexOf(row);
    const follow = (event) => {
      for (const other of rows(list)) {
        const { top, bottom } = other.getBoundingClientRect();
        if (other === row || event.clientY < top || event.clientY > bottom) continue;
        const isAfter = event.clientY > (top + bottom) / 2;
        const there = isAfter ? other.nextElementSibling : other.previousElementSibling;
        if (there !== row) other.insertAdjacentElement(isAfter ? "afterend" : "beforebegin", row);
      }
    };
    const end = (event) => {
      for (const [name, listener] of heard) document.removeEventListener(name, listener);
      row.classList.remove("is-moving");
      const place = rows(list).indexOf(row);
      if (event.type === "pointercancel") list.insertBefore(row, rows(list).filter((r) => r !== row)[begun] ?? null);
      else if (place !== begun) send(row.querySelector("form"), place);
    };
    // The document hears them: a handle that moves with its row loses the pointer.
    const heard = [["pointermove", follow], ["pointerup", end], ["pointercancel", end]];
    for (const [name, listener] of heard) document.addEventListener(name, listener);
    down.preventDefault();
    row.classList.add("is-moving");
  };
  const send = (form, place) => {
    for (const [name, value] of Object.entries({ act: "place", place })) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(field);
    }
    form.submit();
  };
  for (const row of document.querySelectorAll("[data-row]")) {
    const handle = Object.assign(document.createElement("span"), { className: "handle", title: row.dataset.row });
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("pointerdown", (event) => { if (event.button === 0) drag(event, row); });
    row.querySelector("form")?.prepend(handle);
  }
})();
