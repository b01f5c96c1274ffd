// A session's page: its live part stays fresh by server-sent events, and the page moves on with the step.
// Without this script the page loads itself again. What was typed is never thrown away.
"use strict";

(() => {
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const live = document.getElementById("bench-live");
  if (!live) return;
  const lost = document.getElementById("lost");
  const PATIENCE_MS = 10000;
  let heard = Date.now();

  // A field that somebody has changed since the page came.
  function typed() {
    return [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")].some((one) =>
      one.type === "checkbox" || one.type === "radio" ? one.checked !== one.defaultChecked
        : one.tagName === "SELECT" ? [...one.options].some((choice) => choice.selected !== choice.defaultSelected)
          : one.value !== one.defaultValue);
  }

  function moveOn() {
    if (typed()) document.getElementById("moved").hidden = false;
    else location.replace(location.pathname.replace(/^(\/bench\/[^/]+)\/.*$/, "$1"));
  }

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    live.replaceChildren(...fresh.body.children);
  }

  const events = new EventSource(live.dataset.stream);
  events.addEventListener("bench", (event) => {
    const { stage, text } = JSON.parse(event.data);
    heard = Date.now();
    lost.hidden = true;
    document.body.classList.remove("stale");
    if (stage === live.dataset.stage) show(text);
    else moveOn();
  });
  // A refused stream is not tried again by itself.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED && !typed()) setTimeout(() => location.reload(), PATIENCE_MS);
  });
  setInterval(() => {
    if (Date.now() - heard < PATIENCE_MS) return;
    lost.querySelector("[data-since]").textContent = new Date(heard).toTimeString().slice(0, 8);
    lost.hidden = false;
    document.body.classList.add("stale");
  }, 1000);

  // A button that was pressed waits for its answer.
  for (const form of document.forms) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button:not([type])")) {
        setTimeout(() => { button.disabled = true; }, 0);
        setTimeout(() => { button.disabled = false; }, PATIENCE_MS);
      }
    });
  }
})();
