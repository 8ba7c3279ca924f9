// Type-ahead: arrows move through what was found, Enter takes it, Escape leaves the form open and the field as it was.
(() => {
  "use strict";

  const foundIn = (input) => [...input.closest(".search").querySelectorAll(".search-found > .found")];

  function mark(rows, at) {
    rows.forEach((row, index) => row.classList.toggle("chosen", index === at));
    rows[at]?.scrollIntoView({ block: "nearest" });
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
        else mark(rows, at < 0 ? (step > 0 ? 0 : rows.length - 1) : (at + step + rows.length) % rows.length);
      } else if ((event.key === "Enter" || (event.key === "Tab" && at >= 0)) && rows.length && !event.isComposing) {
        if (event.key === "Enter") event.preventDefault();
        (rows[at] || rows[0]).dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
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
      input.value = input.dataset.taken = row.dataset.text;
      search.classList.add("left");
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
  };
})();
