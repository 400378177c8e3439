// Nothing needs this: it moves the focus to the error summary and spares a press of "Refresh" while waiting.
"use strict";
document.getElementById("error-summary")?.focus();
for (const place of document.querySelectorAll("[data-events]")) {
  const source = new EventSource(place.dataset.events);
  source.addEventListener("changed", () => { source.close(); location.reload(); });
  source.addEventListener("ended", () => source.close());
}
for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
