// Asks for the page's content again every second or so, and puts it in place where it has changed: what is open stays
// open, what has the focus keeps it, and the place on the page stays where it is.
"use strict";
(() => {
  const main = document.querySelector("main");
  const state = document.getElementById("live-state");
  const where = location.pathname.replace(/\/$/, "") + "/content" + location.search;
  let mark = main.dataset.mark, wait = 1000, failures = 0;

  const name = element => element.id || [...element.parentElement.closest("[id], main").querySelectorAll(element.tagName)].indexOf(element);
  const path = element => [element.closest("section[id]")?.id ?? "", element.tagName, name(element)].join(" ");

  function replace(content) {
    const open = new Set([...main.querySelectorAll("details[open]")].map(path));
    const held = main.contains(document.activeElement) ? path(document.activeElement) : null;
    main.innerHTML = content;
    for (const one of main.querySelectorAll("details")) one.open = open.has(path(one));
    if (held) [...main.querySelectorAll("summary, a, [tabindex]")].find(one => path(one) === held)?.focus({ preventScroll: true });
  }

  async function look() {
    try {
      const answer = await fetch(where, { headers: { "If-None-Match": mark ?? "" }, cache: "no-store", redirect: "error" });
      if (answer.status === 200) {
        replace(await answer.text());
        mark = answer.headers.get("ETag");
      } else if (answer.status !== 304) throw new Error(answer.status);
      failures = 0;
      const over = answer.headers.get("X-Run-Status");
      state.textContent = over === "running" ? "watching: this page follows the run" : "this run is " + over;
      wait = over === "running" ? 1000 : 5000;
    } catch {
      failures += 1;
      state.textContent = "mlpilot view has ended: what is shown is the last that was known";
      wait = Math.min(1000 * 2 ** failures, 15000);
    }
    setTimeout(look, document.hidden ? 2 * wait : wait);
  }
  setTimeout(look, wait);
})();
