// Type-ahead: arrows move through what was found, Enter takes it, Escape leaves the form open and the field as it was.
(() => {
  "use strict";

  const foundIn = (input) => [...input.closest(".search").querySelectorAll(".search-found > .found")];

  function mark(input, rows, at) {
    rows.forEach((row, index) => {
      row.classList.toggle("chosen", index === at);
      row.setAttribute("aria-selected", String(index === at));
    });
    rows[at]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", rows[at]?.id || "");
  }

  // The list lies over what is around it: were it in the way of it, the form would jump under the mouse as it goes.
  function place(search, list) {
    const field = (search.querySelector(".several-field") || search.querySelector(".field")).getBoundingClientRect();
    const [above, below] = [field.top - 12, window.innerHeight - field.bottom - 12];
    const up = below < 140 && above > below;
    list.style.left = `${field.left}px`;
    list.style.width = `${field.width}px`;
    list.style.maxHeight = `${Math.min(214, up ? above : below)}px`;
    list.style.top = up ? "auto" : `${field.bottom + 4}px`;
    list.style.bottom = up ? `${window.innerHeight - field.top + 4}px` : "auto";
  }

  window.sandboxSearch = {
    keydown(event) {
      const input = event.target;
      const search = input.closest(".search");
      const rows = search.classList.contains("left") ? [] : foundIn(input);
      const at = rows.findIndex((row) => row.classList.contains("chosen"));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (!rows.length) input.click();
        else mark(input, rows, at < 0 ? (step > 0 ? 0 : rows.length - 1) : (at + step + rows.length) % rows.length);
      } else if ((event.key === "Enter" || (event.key === "Tab" && at >= 0)) && rows.length && !event.isComposing) {
        if (event.key === "Enter") event.preventDefault();
        (rows[at] || rows[0]).dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
      } else if (event.key === "Backspace" && !input.value && search.matches(".several")) {
        search.querySelector(".piece:last-of-type")?.click();
      } else if (event.key === "Escape" && !search.classList.contains("left") && search.querySelector(".search-found").children.length) {
        event.stopPropagation();
        search.classList.add("left");
      }
    },
    take(event) {
      event.preventDefault(); // a mouse would take the focus out of the field
      const row = event.target.closest(".found");
      const search = row.closest(".search");
      const input = search.querySelector(".field");
      input.value = input.dataset.taken = search.matches(".several") ? "" : row.dataset.text;
      search.classList.add("left");
    },
    drop(event) {
      event.target.closest(".search").querySelector(".field").focus({ preventScroll: true });
    },
    leave(event) {
      const input = event.target;
      const taken = input.dataset.taken ?? input.dataset.initial ?? "";
      if (input.value !== taken) input.value = taken;
      input.closest(".search").classList.add("left");
    },
    open(event) {
      const search = event.target.closest(".search");
      if (search.classList.contains("quiet")) return false;
      if (event.type === "click" && !search.classList.contains("left")) return false;
      search.classList.remove("left");
      return true;
    },
    // Where the lists are that are open; who can't see them is told that they are.
    tell() {
      for (const search of document.querySelectorAll(".search")) {
        const list = search.querySelector(".search-found");
        const open = !search.classList.contains("left") && list.children.length > 0;
        if (open) place(search, list);
        search.querySelector(".field").setAttribute("aria-expanded", String(open));
      }
    },
  };

  for (const moved of ["scroll", "resize"]) window.addEventListener(moved, () => window.sandboxSearch.tell(), { capture: true, passive: true });
})();
