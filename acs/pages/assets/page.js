// Follows a reboot to its end, and keeps a form from being sent twice. Pages work without it.
"use strict";

const PAUSE = 3000; // ms, after an answer that failed
const TRIES = 20;

async function follow(box) {
  const url = `/orders/${encodeURIComponent(box.dataset.command)}`;
  const lost = document.getElementById("lost");
  let failed = 0;
  for (;;) {
    const steps = box.querySelector("[data-state]");
    if (steps === null || !("open" in steps.dataset)) return;
    try {
      const after = encodeURIComponent(steps.dataset.state);
      const answer = await fetch(`${url}?after=${after}`, { credentials: "same-origin" });
      if (answer.status === 401 || answer.status === 403) break;
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      // Screen readers read what changes: leave alone what did not.
      if (text.trim() !== box.innerHTML.trim()) box.innerHTML = text;
      failed = 0;
    } catch {
      failed += 1;
      if (failed > TRIES) break;
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }
  if (lost !== null) lost.hidden = false;
}

const box = document.getElementById("order");
if (box !== null) follow(box);

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
// A page that the browser kept comes back with its button as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
