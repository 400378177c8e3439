// Nothing needs this: it spares a press of "Wait for the answer". Everything that it says stands in the page already.
"use strict";
const state = document.querySelector("[data-live]");
if (state) {
  document.getElementById("changes-itself").hidden = false;
  const listen = () => {
    const source = new EventSource(`${state.dataset.live}?known=${state.dataset.known}`);
    source.addEventListener("changed", (event) => {
      source.close();
      if (event.data === "ended") {
        state.textContent = state.dataset.answered;
        location.replace(`${state.dataset.page}#verdict-h`);
        location.reload();
      } else if (event.data === "opened") {
        state.textContent = state.dataset.opened;
        state.dataset.known = event.data;
        listen();
      } else {
        location.reload();
      }
    });
    source.addEventListener("ended", () => { source.close(); setTimeout(listen, 2000); });
  };
  listen();
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent));
}
const verdict = document.getElementById("verdict-h");
if (verdict && location.hash === "#verdict-h") {
  verdict.tabIndex = -1;
  verdict.focus();
}
