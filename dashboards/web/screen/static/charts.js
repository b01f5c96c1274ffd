// Keeps the control charts fresh; a chart whose table is open stays as it is until it is closed.
// Without this script the page loads itself again every minute.
"use strict";

const EVERY_MS = 15000;
const lost = document.getElementById("lost");
const clock = document.querySelector("[data-clock]");
let heard = Date.now();

function show(fresh) {
  clock.dataset.clock = fresh.querySelector("[data-clock]").dataset.clock;
  const charts = [...fresh.querySelectorAll("article")];
  if (charts.some((chart) => !document.getElementById(chart.id))) {
    location.reload(); // another set of charts
    return;
  }
  for (const chart of charts) {
    const there = document.getElementById(chart.id);
    const read = there.querySelector("details[open]") || there.contains(document.activeElement);
    if (!read && there.outerHTML !== chart.outerHTML) there.replaceWith(chart);
  }
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    heard = Date.now();
    lost.hidden = true;
  } catch {
    if (Date.now() - heard > 2 * EVERY_MS) {
      lost.querySelector("[data-since]").textContent = clock.dataset.clock;
      lost.hidden = false;
    }
  }
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
