// Keeps the Andon fresh by server-sent events; what the reader has opened stays open.
// Without this script the page loads itself again every ten seconds.
"use strict";

const live = document.querySelector("[data-live]");
const lost = document.getElementById("lost");
const PATIENCE_MS = 15000;
let heard = Date.now();

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of [...fresh.body.children]) {
    const old = part.id && document.getElementById(part.id);
    if (!old) live.append(part);
    else if (part.id === "units") showUnits(old, part);
    else if (old.outerHTML !== part.outerHTML) old.replaceWith(part);
  }
}

function showUnits(old, fresh) {
  for (const { id } of old.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(id)}`);
    if (same) same.open = true;
  }
  const names = (part) => [...part.children].map((unit) => unit.id).join();
  if (names(old) !== names(fresh)) {
    old.replaceWith(fresh);
    return;
  }
  old.className = fresh.className;
  for (const unit of [...fresh.children]) {
    const there = document.getElementById(unit.id);
    // Whoever has reached a link with the keyboard is left there until the next time.
    if (there && there.outerHTML !== unit.outerHTML && !there.contains(document.activeElement)) there.replaceWith(unit);
  }
}

function sayHeard() {
  heard = Date.now();
  lost.hidden = true;
  document.body.classList.remove("stale");
}

function sayLost() {
  if (Date.now() - heard < PATIENCE_MS) return;
  lost.querySelector("[data-since]").textContent = live.querySelector("[data-clock]").dataset.clock;
  lost.hidden = false;
  document.body.classList.add("stale");
}

const events = new EventSource(live.dataset.live);
events.addEventListener("andon", (event) => {
  show(JSON.parse(event.data));
  sayHeard();
});
// A refused stream is not tried again by itself: load the page as if there were no script.
events.addEventListener("error", () => {
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), PATIENCE_MS);
});
setInterval(sayLost, 1000);
