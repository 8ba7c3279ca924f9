// The composer. What was sent is remembered in the tab, for each composer.
(() => {
  "use strict";

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

  const dismissed = new WeakSet();

  // A slash offers commands and shortcuts, an @ people and groups, a # channels: whatever goes on as was typed so far.
  function matches(area) {
    if (dismissed.has(area)) return [];
    if (/^\/\S*$/.test(area.value)) {
      return JSON.parse(area.dataset.commands).filter((command) =>
        command.name.toLowerCase().startsWith((command.shortcut ? area.value.slice(1) : area.value).toLowerCase()),
      );
    }
    const typed = named(area);
    if (!typed) return [];
    return JSON.parse(area.dataset.names)
      .filter(({ name, hint }) => name.startsWith(typed) || (typed[0] === name[0] && hint.toLowerCase().startsWith(typed.slice(1))))
      .slice(0, 7);
  }

  const named = (area) => area.value.slice(0, area.selectionStart).match(/(?:^|\s)([@#][\w.-]*)$/)?.[1].toLowerCase();
  const isWhole = (area, offered) => offered.name === area.value || offered.name === named(area);

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
        row.id = `${menu.id}-${index}`;
        row.tabIndex = -1;
        row.setAttribute("role", "option");
        row.append(part("completion-name", command.name), part("completion-hint", command.hint), part("completion-description", command.description));
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(area, command);
        });
        return row;
      }),
    );
    tell(area);
  }

  // Who can't see the list hears what Enter would take.
  function tell(area) {
    const chosen = rowsOf(area).find((row) => row.classList.contains("chosen"));
    rowsOf(area).forEach((row) => row.setAttribute("aria-selected", String(row === chosen)));
    area.setAttribute("aria-activedescendant", chosen?.id || "");
  }

  function choose(area, offered) {
    if (offered.shortcut) {
      put(area, "");
      complete(area);
      area.closest("form").dispatchEvent(new CustomEvent("shortcut", { detail: offered.shortcut }));
      return;
    }
    if (offered.name.startsWith("/")) {
      put(area, `${offered.name} `);
    } else {
      const end = area.selectionStart;
      const start = end - named(area).length;
      area.setRangeText(`${offered.name} `, start, end, "end");
      grow(area);
    }
    complete(area);
    area.focus();
  }

  const rowsOf = (area) => [...area.closest("form").querySelectorAll(".completion")];
  const chosenAt = (area) => Math.max(0, rowsOf(area).findIndex((row) => row.classList.contains("chosen")));

  function move(area, step) {
    const rows = rowsOf(area);
    const at = (chosenAt(area) + step + rows.length) % rows.length;
    rows.forEach((row, index) => row.classList.toggle("chosen", index === at));
    tell(area);
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
      const chosen = offered[chosenAt(area)];
      if (event.key === "Tab" && chosen) {
        event.preventDefault();
        choose(area, chosen);
      } else if (event.key === "Escape" && chosen) {
        event.stopPropagation();
        dismissed.add(area);
        complete(area);
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        if (chosen && !isWhole(area, chosen)) choose(area, chosen);
        else area.closest("form").requestSubmit();
      } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && offered.length > 1) {
        event.preventDefault();
        move(area, event.key === "ArrowUp" ? -1 : 1);
      } else if (event.key === "ArrowUp" && area.selectionStart === 0 | area.value === (sent.get(area)?.texts[sent.get(area).at] ?? "")) {
        if (recall(area, -1)) event.preventDefault();
      } else if (event.key === "ArrowDown" && sent.get(area)?.at < sent.get(area)?.texts.length) {
        if (recall(area, 1)) event.preventDefault();
      }
    },
    input(event) {
      dismissed.delete(event.target);
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
