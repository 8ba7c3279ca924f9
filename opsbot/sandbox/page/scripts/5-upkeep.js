// Whatever is drawn anew is looked after: times, days, staying at the end, the form in front.
(() => {
  "use strict";

  const atEnd = new WeakMap();

  function follow(list) {
    if (!atEnd.has(list)) {
      atEnd.set(list, true);
      list.addEventListener("scroll", () => {
        atEnd.set(list, list.scrollHeight - list.scrollTop - list.clientHeight < 80);
      });
    }
    if (atEnd.get(list) || list.dataset.place !== list.dataset.followed) list.scrollTop = list.scrollHeight;
    list.dataset.followed = list.dataset.place;
  }

  let place = null;

  // On a narrow screen the channels are a line that is longer than the screen.
  function showPlace() {
    const here = document.querySelector(".channel.here");
    if (here !== place) here?.scrollIntoView({ block: "nearest", inline: "nearest" });
    place = here;
  }

  function refresh() {
    showPlace();
    sandboxModal.fillIn(document);
    sandboxTimes.write();
    sandboxSearch.tell();
    sandboxModal.label();
    document.querySelectorAll(".messages").forEach(sandboxTimes.writeDays);
    document.querySelectorAll(".messages, .follows").forEach(follow);
  }

  let due = false;
  function refreshSoon() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      refresh();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const changed = () => {
      sandboxModal.hold(); // at once: what is typed before the next frame must not land behind the form
      refreshSoon();
    };
    new MutationObserver(changed).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-place", "class"] });
    setInterval(refresh, 30000);
    refresh();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("button[data-url]");
    if (link) window.open(link.dataset.url, "_blank", "noopener");
  });

  // Escape closes the menu that is open, and nothing behind it.
  document.addEventListener(
    "keydown",
    (event) => {
      const menu = event.key === "Escape" && document.querySelector("details.more[open]");
      if (!menu) return;
      event.stopImmediatePropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    },
    { capture: true },
  );

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.more[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest(".more-item")) menu.open = false;
    });
  });
})();
