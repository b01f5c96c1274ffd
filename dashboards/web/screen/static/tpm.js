// Pages of TPM and Lean: clocks that run on, and photos made small before they are sent. All works without it.
"use strict";

(() => {
  const MOST_BYTES = 120_000;
  const MOST_PIXELS = [1280, 1024, 800, 640];
  const QUALITIES = [0.8, 0.65, 0.5, 0.4];

  // ---------------------------------------------------------------- clocks

  const opened = performance.now();

  function lasting(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }

  // The edge's clock at opening and the time since then: a phone's own clock may be wrong.
  function tick() {
    const since = performance.now() - opened;
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.textContent = lasting(Number(clock.dataset.now) + since - Number(clock.dataset.clock));
    }
  }

  if (document.querySelector("[data-clock]")) {
    tick();
    setInterval(tick, 1000);
  }

  // ---------------------------------------------------------------- photos

  function drawn(picture, most) {
    const scale = Math.min(1, most / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  async function shrunk(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    let blob = null;
    for (const most of MOST_PIXELS) {
      const canvas = drawn(picture, most);
      for (const quality of QUALITIES) {
        blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
        if (blob && blob.size <= MOST_BYTES) return blob;
      }
    }
    return blob;
  }

  function shown(input, blob) {
    let picture = input.parentElement.querySelector("img.preview");
    if (!picture) {
      picture = document.createElement("img");
      picture.className = "photo preview";
      picture.alt = "";
      input.after(picture);
    }
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
  }

  // What was chosen is replaced by the small picture; whatever fails, the page sends what was chosen.
  async function shrink(input) {
    const [file] = input.files;
    if (!file) return;
    try {
      const blob = await shrunk(file);
      if (!blob || input.files[0] !== file) return;
      const files = new DataTransfer();
      files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
      input.files = files.files;
      input.dataset.bytes = String(blob.size);
      shown(input, blob);
    } catch {
      input.dataset.bytes = String(file.size);
    }
  }

  for (const input of document.querySelectorAll("input[data-shrink]")) {
    let waiting = Promise.resolve();
    input.addEventListener("change", () => {
      waiting = shrink(input);
    });
    // A button pressed while the picture is still being made small waits for it.
    input.form.addEventListener("submit", (event) => {
      if (!input.files.length || input.dataset.bytes) return;
      event.preventDefault();
      waiting.then(() => {
        input.dataset.bytes ||= "0";
        input.form.requestSubmit(event.submitter);
      });
    });
    input.addEventListener("input", () => delete input.dataset.bytes);
  }
})();
