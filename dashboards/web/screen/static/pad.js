// A pad of digits below a field for a number, on touch screens that are too large to be phones:
// a kiosk beside a machine has no keyboard of its own. Phones bring theirs (inputmode).
"use strict";

const KIOSK = matchMedia("(pointer: coarse) and (min-width: 48rem)");
const ERASE = "⌫";

function padFor(input) {
  const pad = document.createElement("div");
  pad.className = "pad";
  const point = document.documentElement.lang === "vi" ? "," : ".";
  const last = input.inputMode === "decimal" ? [point, "0", ERASE] : ["00", "0", ERASE];
  for (const sign of ["1", "2", "3", "4", "5", "6", "7", "8", "9", ...last]) {
    const key = document.createElement("button");
    key.type = "button";
    key.tabIndex = -1;
    key.textContent = sign;
    // The field keeps the focus, so that the pad stays.
    key.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      input.value = sign === ERASE ? input.value.slice(0, -1) : input.value + sign;
    });
    pad.append(key);
  }
  return pad;
}

for (const input of document.querySelectorAll("input.number")) {
  input.addEventListener("focus", () => {
    if (!KIOSK.matches || input.parentElement.nextElementSibling?.className === "pad") return;
    document.querySelector(".pad")?.remove();
    input.parentElement.after(padFor(input));
    input.select();
  });
}
