// Times in the browser's own zone, and the days between messages.
(() => {
  "use strict";

  const two = (number) => String(number).padStart(2, "0");
  const locale = navigator.language || "en";
  // Making a formatter takes a hundred times as long as using it.
  const formatters = new Map();

  function format(date, options) {
    const key = JSON.stringify(options);
    if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(locale, options));
    return formatters.get(key).format(date);
  }

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
    if (!element.title) element.title = format(date, { dateStyle: "full", timeStyle: "medium" });
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

  const local = (seconds) => {
    const date = new Date(Number(seconds) * 1000);
    return `${tokens.date_num(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
  };

  window.sandboxTimes = {
    epochOf: (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null),
    localOf: (seconds) => (seconds ? local(seconds) : ""),
    write: () => document.querySelectorAll("time[data-epoch]").forEach(writeTime),
    writeDays,
  };
})();
