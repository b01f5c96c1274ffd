// Keeps the page fresh: fetches its live part again and changes only what differs, so that focus, open
// details and what is being typed stay. Without this script the page shows the same and reloads itself.
"use strict";

const main = document.querySelector("main[data-refresh]");
const lost = document.getElementById("lost");
const every = Number(main.dataset.every);
let answered = Date.now();
let timer = 0;

function live() {
  return main.querySelector("[data-clock]");
}

function sameAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // Whether a table is open is the reader's business.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function sameChildren(old, fresh) {
  [...fresh.childNodes].forEach((wanted, place) => {
    let there = old.childNodes[place];
    if (wanted.id) {
      const known = [...old.children].find((child) => child.id === wanted.id);
      if (known && known !== there) old.insertBefore(known, there);
      there = known;
    } else if (there?.id) {
      there = null; // somebody else's place: what is there may be wanted further down
    }
    if (there) become(there, wanted);
    else old.insertBefore(wanted, old.childNodes[place] ?? null);
  });
}

function become(old, fresh) {
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else if (old.nodeType === Node.ELEMENT_NODE && !old.hasAttribute("data-keep")) {
    const count = fresh.childNodes.length;
    sameAttributes(old, fresh);
    sameChildren(old, fresh);
    while (old.childNodes.length > count) old.lastChild.remove();
  }
}

function sayLost() {
  if (Date.now() - answered < 3 * every) return;
  lost.querySelector("[data-since]").textContent = live().dataset.clock;
  lost.hidden = false;
  document.body.classList.add("stale");
}

function sayFound() {
  answered = Date.now();
  lost.hidden = true;
  document.body.classList.remove("stale");
}

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(main.dataset.refresh, {
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(4 * every),
    });
    if (answer.type === "opaqueredirect") {
      location.reload(); // the session is over: the server asks for the key
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    become(live(), fresh.querySelector("[data-clock]"));
    sayFound();
  } catch {
    sayLost();
  }
  timer = setTimeout(refresh, every);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
timer = setTimeout(refresh, every);
