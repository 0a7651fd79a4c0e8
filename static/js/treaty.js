// Behaviour of the component kit. Everything is wired by data attributes and survives htmx swaps by delegation.
"use strict";

(() => {
  const script = document.currentScript;
  const root = document.documentElement;

  // --- Announcements -------------------------------------------------------------------------------------------------
  const announce = (text) => {
    const region = document.getElementById("announcer");
    if (region) region.textContent = text;
  };

  // --- Theme: kept in a cookie, so that the server renders it and nothing flashes ---------------------------------------
  const setTheme = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const age = theme === "system" ? 0 : 31536000;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
    showTheme();
    document.dispatchEvent(new CustomEvent("treaty:theme"));
  };
  const showTheme = () => {
    const current = root.dataset.theme || "system";
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === current));
    }
  };

  // --- Copy --------------------------------------------------------------------------------------------------------------
  const textOf = (button) => {
    if (button.dataset.copy !== undefined) return button.dataset.copy;
    const source = document.getElementById(button.dataset.copyFrom);
    return source.value ?? source.textContent;
  };
  const copy = async (button) => {
    const text = textOf(button);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "sr-only";
      (button.closest("dialog") || document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.dataset.copied = "";
    announce("Copied");
    setTimeout(() => delete button.dataset.copied, 1600);
  };

  // --- Secret: shows or hides the value beside the button --------------------------------------------------------------
  const toggleSecret = (button) => {
    const field = document.getElementById(button.dataset.reveal);
    button.setAttribute("aria-pressed", String(!field.classList.toggle("masked")));
  };

  // --- Tabs: arrow keys move between them, as the ARIA pattern asks ---------------------------------------------------
  const selectTab = (tab) => {
    const list = tab.closest("[role=tablist]");
    for (const other of list.querySelectorAll("[role=tab]")) {
      const selected = other === tab;
      other.setAttribute("aria-selected", String(selected));
      other.tabIndex = selected ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !selected;
    }
  };
  const moveTab = (tab, key) => {
    const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
    if (next === undefined) return false;
    const target = tabs[(next + tabs.length) % tabs.length];
    selectTab(target);
    target.focus();
    return true;
  };

  // --- Choosing rows: a box for all of them, which only a script can offer ----------------------------------------------
  const boxesOf = (form) => document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`);
  const selectAll = (box) => {
    for (const other of boxesOf(box.form)) other.checked = box.checked;
  };
  const showWhetherAll = (form) => {
    const all = form.querySelector("[data-select-all] input");
    if (all) all.checked = [...boxesOf(form)].every((box) => box.checked);
  };

  // --- Popover menus: placed under their button, inside the window -------------------------------------------------------
  const place = (menu) => {
    const button = document.querySelector(`[popovertarget="${menu.id}"]`);
    if (!button) return;
    const anchor = button.getBoundingClientRect();
    const box = menu.getBoundingClientRect();
    const gap = 6;
    const room = 8;
    const left = menu.dataset.align === "end" ? anchor.right - box.width : anchor.left;
    const below = anchor.bottom + gap;
    const fits = below + box.height <= innerHeight - room;
    const top = fits ? below : Math.max(room, anchor.top - gap - box.height);
    menu.style.left = `${Math.max(room, Math.min(left, innerWidth - box.width - room))}px`;
    menu.style.top = `${top}px`;
  };
  const moveInMenu = (menu, key) => {
    const items = [...menu.querySelectorAll(".menu-item")];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[key];
    if (next === undefined || items.length === 0) return false;
    items[(next + items.length) % items.length].focus();
    return true;
  };

  // --- Charts: Chart.js is fetched by the pages that have one ------------------------------------------------------------
  let chartLibrary;
  const loadCharts = () => {
    chartLibrary ??= new Promise((resolve, reject) => {
      const tag = document.createElement("script");
      tag.src = script.dataset.chartLibrary;
      tag.onload = () => {
        const ours = document.createElement("script");
        ours.src = script.dataset.charts;
        ours.onload = resolve;
        ours.onerror = reject;
        document.head.append(ours);
      };
      tag.onerror = reject;
      document.head.append(tag);
    });
    return chartLibrary;
  };
  const drawCharts = async (within) => {
    if (!within.querySelector("canvas[data-chart]")) return;
    await loadCharts();
    window.treatyCharts.draw(within);
  };

  // --- Wiring --------------------------------------------------------------------------------------------------------------
  const clicks = {
    "[data-dialog-open]": (button) => document.getElementById(button.dataset.dialogOpen).showModal(),
    "[data-dialog-close]": (button) => button.closest("dialog").close(),
    "[data-theme-set]": (button) => setTheme(button.dataset.themeSet),
    "[data-copy], [data-copy-from]": copy,
    "[data-reveal]": toggleSecret,
    "[data-dismiss]": (button) => button.closest("[data-dismissable]").remove(),
    "[role=tab]": selectTab,
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const target = event.target.closest(selector);
      if (target) act(target);
    }
    // A click on the backdrop is a click on the dialog itself, outside its content.
    if (event.target instanceof HTMLDialogElement && !event.target.hasAttribute("data-keep-open")) event.target.close();
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[role=tab]");
    const menu = event.target.closest?.("[popover].menu");
    if ((tab && moveTab(tab, event.key)) || (menu && moveInMenu(menu, event.key))) event.preventDefault();
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("[popover].menu") || event.newState !== "open") return;
      place(event.target);
      event.target.querySelector(".menu-item")?.focus({ preventScroll: true });
    },
    true,
  );
  document.addEventListener("change", (event) => {
    if (event.target.closest("form[data-autosubmit]")) event.target.form.requestSubmit();
    if (event.target.closest("[data-select-all]")) selectAll(event.target);
    else if (event.target.matches("input[type=checkbox][form]")) showWhetherAll(event.target.form);
  });
  // What is fetched again by itself waits while somebody chooses from it, types into it, or is at one of its links.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const within = event.target;
    const isUsed = within.querySelector("input[type=checkbox][form]:checked, :is(a, input, select, textarea):focus");
    if (isUsed) event.preventDefault();
  });
  // One submit per click: a slow answer must not become two keys.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || form.dataset.submitting !== undefined) {
      if (form.dataset.submitting !== undefined) event.preventDefault();
      return;
    }
    form.dataset.submitting = "";
    setTimeout(() => delete form.dataset.submitting, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-submitting]")) delete form.dataset.submitting;
  });

  const ready = (within) => {
    for (const dialog of within.querySelectorAll("dialog[data-open-now]")) {
      dialog.removeAttribute("data-open-now");
      dialog.showModal();
    }
    for (const label of within.querySelectorAll("[data-select-all]")) label.hidden = false;
    drawCharts(within);
  };
  showTheme();
  ready(document);
  // On a phone the tab one is on may lie beyond the edge.
  for (const tab of document.querySelectorAll("#main nav [aria-current=page]")) {
    const row = tab.closest("nav");
    row.scrollLeft = Math.max(0, tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2);
  }
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
})();
