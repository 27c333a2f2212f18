// Asks for the page's content again every second or so, and puts in place the parts that have changed: what is open
// stays open, what has the focus keeps it, what is being selected is left alone, and the place on the page stays.
"use strict";
(() => {
  const main = document.querySelector("main");
  const state = document.getElementById("live-state");
  const said = document.getElementById("live-said");
  const title = document.title;
  const where = location.pathname.replace(/\/$/, "") + "/content" + location.search;
  let mark = main.dataset.mark, wait = 1000, failures = 0, spoken = "", spokenAt = 0;
  let parts = [...main.children].map(one => one.outerHTML);

  const name = element => element.id || [...element.parentElement.closest("[id], main").querySelectorAll(element.tagName)].indexOf(element);
  const path = element => [element.closest("section[id]")?.id ?? "", element.tagName, name(element)].join(" ");
  const down = log => log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  const tell = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  function replace(content) {
    const open = new Set([...main.querySelectorAll("details[open]")].map(path));
    const held = main.contains(document.activeElement) ? path(document.activeElement) : null;
    const read = [...main.querySelectorAll(".log")].filter(log => !down(log)).map(log => log.scrollTop);
    const fresh = document.createElement("template");
    fresh.innerHTML = content;
    const news = [...fresh.content.children], texts = news.map(one => one.outerHTML);
    while (main.children.length > news.length) main.lastElementChild.remove();
    news.forEach((one, place) => {
      if (texts[place] === parts[place]) return;
      const old = main.children[place];
      if (old) old.replaceWith(one); else main.append(one);
      for (const inner of one.querySelectorAll("details")) inner.open = open.has(path(inner));
    });
    parts = texts;
    for (const log of main.querySelectorAll(".log")) log.scrollTop = read.length ? read.shift() : log.scrollHeight;
    if (held && !main.contains(document.activeElement))
      [...main.querySelectorAll("summary, a, [tabindex]")].find(one => path(one) === held)?.focus({ preventScroll: true });
    announce();
  }

  // What a screen reader says: who leads, when that changes, and not more often than one can listen to.
  function announce() {
    const now = main.querySelector("[data-say]")?.textContent ?? "";
    if (now === spoken || Date.now() - spokenAt < 10000) return;
    spoken = now; spokenAt = Date.now();
    tell(said, now);
  }

  const selecting = () => { const chosen = getSelection(); return !chosen.isCollapsed && main.contains(chosen.anchorNode); };

  async function look() {
    try {
      const answer = await fetch(where, { headers: { "If-None-Match": mark ?? "" }, cache: "no-store", redirect: "error" });
      if (answer.status === 200) {
        const content = await answer.text();
        if (!selecting()) {
          replace(content);
          mark = answer.headers.get("ETag");
        }
      } else if (answer.status !== 304) throw new Error(answer.status);
      failures = 0;
      const over = answer.headers.get("X-Run-Status");
      tell(state, over === "running" ? "watching: this page follows the run" : "this run is " + over);
      document.title = over === "running" ? title : over + " · " + title;
      wait = over === "running" ? 1000 : 5000;
    } catch {
      failures += 1;
      tell(state, "mlpilot view has ended: what is shown is the last that was known");
      wait = Math.min(1000 * 2 ** failures, 15000);
    }
    setTimeout(look, document.hidden ? 2 * wait : wait);
  }
  for (const log of main.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
  setTimeout(look, wait);
})();
