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
