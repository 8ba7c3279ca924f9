// Forms: what stands in their fields at first, and where the focus is.
(() => {
  "use strict";

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

  function fillIn(root) {
    for (const field of all(root, "[data-initial]:not([data-filled])")) {
      field.dataset.filled = "yes";
      const initial = field.dataset.initial;
      field.value = field.type === "datetime-local" ? sandboxTimes.localOf(initial) : initial;
    }
  }

  // A label is for the field below it, which is described by what stands under it.
  function label() {
    for (const input of all(document, ".input-block")) {
      const field = input.querySelector(".field, .select, .choices");
      const name = input.querySelector(".input-label");
      if (!field || !name) continue;
      if (field.matches(".choices")) field.setAttribute("role", "group");
      else name.htmlFor = field.id;
      field.setAttribute("aria-labelledby", name.id);
      field.setAttribute("aria-describedby", all(input, ".input-error, .input-hint").map((each) => each.id).join(" "));
      field.setAttribute("aria-invalid", String(Boolean(input.querySelector(".input-error-text")?.textContent)));
    }
  }

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
    fillIn(now);
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

  window.sandboxModal = { hold: holdModal, fillIn, label };
})();
