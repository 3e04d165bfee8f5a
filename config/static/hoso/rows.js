/* Enter in a row of a table adds the next row, where the form says so. Without this script the button behind the row
   does it: Tab, Enter. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const control = event.target;
    if (event.key !== "Enter" || event.isComposing || !control.closest("[data-enter-adds] .row-card")) return;
    if (!control.matches("input:not([type=file]), select")) return;
    const add = control.closest(".row-card").parentElement.querySelector("button[name$='-add']");
    if (!add) return;
    event.preventDefault();
    add.click();
  });
})();
