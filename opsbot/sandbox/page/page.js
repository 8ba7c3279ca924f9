// What only the browser can do: times in its own zone, days between messages, the composer's keys, staying at the end.
(() => {
  "use strict";

  const two = (number) => String(number).padStart(2, "0");
  const locale = navigator.language || "en";
  const format = (date, options) => new Intl.DateTimeFormat(locale, options).format(date);

  const dayNumber = (date) => Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate()) / 86400000);

  function nearDay(date) {
    const apart = dayNumber(date) - dayNumber(new Date());
    return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[apart] || null;
  }

  function ago(date) {
    const seconds = Math.max(0, (Date.now() - date) / 1000);
    if (seconds < 60) return "just now";
    for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      const count = Math.floor(seconds / size);
      if (count >= 1) return `${count} ${unit}${count > 1 ? "s" : ""} ago`;
    }
    return "just now";
  }

  const long = { year: "numeric", month: "long", day: "numeric" };
  const short = { year: "numeric", month: "short", day: "numeric" };
  const tokens = {
    date_num: (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
    date_slash: (d) => format(d, { year: "numeric", month: "2-digit", day: "2-digit" }),
    date: (d) => format(d, long),
    date_pretty: (d) => nearDay(d) || format(d, long),
    date_short: (d) => format(d, short),
    date_short_pretty: (d) => nearDay(d) || format(d, short),
    date_long: (d) => format(d, { ...long, weekday: "long" }),
    date_long_full: (d) => format(d, { ...long, weekday: "long" }),
    date_long_pretty: (d) => nearDay(d) || format(d, { ...long, weekday: "long" }),
    day_divider_pretty: (d) => nearDay(d) || format(d, { weekday: "long", month: "long", day: "numeric" }),
    time: (d) => format(d, { timeStyle: "short" }),
    time_secs: (d) => format(d, { timeStyle: "medium" }),
    ago,
  };

  function writeTime(element) {
    const date = new Date(Number(element.dataset.epoch) * 1000);
    if (Number.isNaN(date.getTime())) return;
    const text = element.dataset.format.replace(/\{(\w+)\}/g, (all, name) => (tokens[name] ? tokens[name](date) : all));
    if (element.textContent !== text) element.textContent = text;
    element.title = format(date, { dateStyle: "full", timeStyle: "medium" });
  }

  function writeDays(list) {
    let last = null;
    for (const row of list.querySelectorAll(":scope > .message")) {
      const date = new Date(Number(row.dataset.ts) * 1000);
      const day = dayNumber(date);
      const label = day === last || list.closest(".thread-pane") ? null : nearDay(date) || tokens.day_divider_pretty(date);
      if (label === null) row.removeAttribute("data-day");
      else if (row.dataset.day !== label) row.dataset.day = label[0].toUpperCase() + label.slice(1);
      last = day;
    }
  }

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

  function fillIn(field) {
    field.dataset.filled = "yes";
    field.value = field.dataset.initial;
  }

  function refresh() {
    document.querySelectorAll("[data-initial]:not([data-filled])").forEach(fillIn);
    document.querySelectorAll("time[data-epoch]").forEach(writeTime);
    document.querySelectorAll(".messages").forEach((list) => {
      writeDays(list);
      follow(list);
    });
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
      holdModal(); // at once: what is typed before the next frame must not land behind the form
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

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.more[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest(".more-item")) menu.open = false;
    });
  });

  // A modal has the focus to itself. It is drawn anew whenever the app changes it: then the focus, the cursor and what
  // was typed in the meantime go to the field that took the old one's place.

  const FIELDS = "input, textarea, select";
  let modal = null;
  let focused = null;
  let behind = null;

  const action = (element) => element.closest("[data-action-id]")?.dataset.actionId;
  const block = (element) => element.closest("[data-block-id]")?.dataset.blockId;
  const all = (root, css) => [...root.querySelectorAll(css)];
  const isAsking = () => document.querySelector(".q-dialog") !== null;

  function holdModal() {
    const now = document.querySelector(".modal-backdrop.open > .modal");
    if (now === modal) return;
    const old = modal;
    const chat = document.querySelector(".chat");
    if (!old) behind = document.activeElement;
    modal = now;
    chat.inert = now !== null;
    if (now === null) {
      focused = null;
      if (!isAsking()) (chat.contains(behind) && behind !== chat ? behind : chat.querySelector(".main .composer-field"))?.focus({ preventScroll: true });
      return;
    }
    all(now, "[data-initial]:not([data-filled])").forEach(fillIn);
    const was = focused;
    const same = old?.dataset.view === now.dataset.view;
    const place = same && was ? counterpart(was, now) : null;
    if (!isAsking()) quietly(place || now.querySelector(".modal-body").querySelector(FIELDS) || now);
    if (same) carryOver(old, now, was);
    if (place && place === document.activeElement) putCursor(place, was);
  }

  function quietly(element) {
    element.closest(".search")?.classList.add("left", "quiet");
    element.focus();
    element.closest(".search")?.classList.remove("quiet");
  }

  function putCursor(field, old) {
    if (typeof old.selectionStart !== "number" || typeof field.selectionStart !== "number") return; // dates have no cursor
    field.setSelectionRange(old.selectionStart, old.selectionEnd);
  }

  function counterpart(old, now) {
    if (old.matches(".modal")) return now;
    if (old.matches(".modal-close, .modal-cancel, .modal-submit")) {
      if (old.matches(".busy")) return null;
      return now.querySelector([".modal-close", ".modal-cancel", ".modal-submit"].find((css) => old.matches(css)));
    }
    const alike = all(now, "[data-action-id]").filter((element) => element.dataset.actionId === action(old));
    const field = alike.find((element) => block(element) === block(old)) || alike[0];
    if (!field?.matches(".choices")) return field;
    return all(field, ".tick").find((tick) => tick.value === old.value) || field.querySelector(".tick");
  }

  function carryOver(old, now, was) {
    for (const before of all(old, ".field[data-typed]")) {
      const field = all(now, ".field").find((each) => action(each) === action(before) && block(each) === block(before));
      if (!field || field.type !== before.type || field.value === before.value) continue;
      if (before.closest(".search") && (before !== was || before.closest(".search.left"))) continue;
      field.value = before.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  document.addEventListener("focusin", (event) => {
    if (modal?.contains(event.target)) focused = event.target;
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches(".field")) event.target.dataset.typed = "yes";
    event.target.closest(".search")?.classList.remove("left");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !modal || isAsking()) return;
    const stops = all(modal, `${FIELDS}, button, a[href]`).filter((each) => each.tabIndex >= 0 && !each.disabled && each.getClientRects().length);
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    const at = document.activeElement;
    if (modal.contains(at) && at !== from && !(event.shiftKey && at === modal)) return;
    event.preventDefault();
    to.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector(".q-dialog")) return;
    (document.querySelector(".modal .modal-close") || document.querySelector(".thread-pane.open .close-thread"))?.click();
  });

  // Type-ahead: arrows move through what was found, Enter takes it, Escape leaves the form open and the field as it was.

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

  // The composer. What was sent is remembered in the tab, for each composer.

  const sent = new WeakMap();
  const form = (event) => event.target.closest("form.composer");
  const field = (of) => of.querySelector("textarea");

  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }

  function put(area, text) {
    area.value = text;
    grow(area);
    area.setSelectionRange(text.length, text.length);
  }

  function matches(area) {
    if (!area.value.startsWith("/") || area.value.includes(" ")) return [];
    return JSON.parse(area.dataset.commands).filter((command) =>
      command.name.toLowerCase().startsWith((command.shortcut ? area.value.slice(1) : area.value).toLowerCase()),
    );
  }

  function part(css, text) {
    const element = document.createElement("span");
    element.className = css;
    element.textContent = text;
    return element;
  }

  function complete(area) {
    const menu = area.closest("form").querySelector(".completions");
    menu.replaceChildren(
      ...matches(area).map((command, index) => {
        const row = document.createElement("button");
        row.type = "button";
        row.className = index === 0 ? "completion chosen" : "completion";
        row.append(part("completion-name", command.name), part("completion-hint", command.hint), part("completion-description", command.description));
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(area, command);
        });
        return row;
      }),
    );
  }

  function choose(area, command) {
    if (command.shortcut) {
      put(area, "");
      complete(area);
      area.closest("form").dispatchEvent(new CustomEvent("shortcut", { detail: command.shortcut }));
      return;
    }
    put(area, `${command.name} `);
    complete(area);
    area.focus();
  }

  function recall(area, step) {
    const memory = sent.get(area) || { texts: [], at: 0 };
    if (!memory.texts.length) return false;
    const at = memory.at + step;
    if (at < 0 || at > memory.texts.length) return false;
    memory.at = at;
    put(area, memory.texts[at] ?? "");
    return true;
  }

  window.sandboxComposer = {
    keydown(event) {
      const area = event.target;
      const offered = matches(area);
      if (event.key === "Tab" && offered.length) {
        event.preventDefault();
        choose(area, offered[0]);
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        if (offered.length && offered[0].name !== area.value) choose(area, offered[0]);
        else area.closest("form").requestSubmit();
      } else if (event.key === "ArrowUp" && area.selectionStart === 0 | area.value === (sent.get(area)?.texts[sent.get(area).at] ?? "")) {
        if (recall(area, -1)) event.preventDefault();
      } else if (event.key === "ArrowDown" && sent.get(area)?.at < sent.get(area)?.texts.length) {
        if (recall(area, 1)) event.preventDefault();
      }
    },
    input(event) {
      grow(event.target);
      complete(event.target);
    },
    take(event) {
      const area = field(form(event));
      const text = area.value.trim();
      if (text) {
        const texts = [...(sent.get(area)?.texts || []), text];
        sent.set(area, { texts, at: texts.length });
      }
      put(area, "");
      complete(area);
      return text;
    },
    focus(id) {
      getHtmlElement(id)?.focus({ preventScroll: true });
    },
  };
})();
