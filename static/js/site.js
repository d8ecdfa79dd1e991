/* Small comforts. Every page works without this file. */
"use strict";

// After a form came back with errors, start at their summary.
function showErrors(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

// A menu closes on Escape and on a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// "Add another" copies a formset's <template> in place; without script the button asks the server for one more.
// <div data-repeat="bases"> … <template>…__prefix__…</template> <button data-repeat-add> </div>
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-repeat-add]");
  if (!button) return;
  const group = button.closest("[data-repeat]");
  const template = group.querySelector("template");
  const total = document.getElementById(`id_${group.dataset.repeat}-TOTAL_FORMS`);
  if (!template || !total) return;
  event.preventDefault();
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const added = holder.firstElementChild;
  template.before(added);
  total.value = String(Number(total.value) + 1);
  const first = added.querySelector("input:not([type=hidden]), select, textarea");
  showAll();
  if (first) first.focus();
});

// A field shown only for one choice: <div data-shown-for="id_kind" data-shown-value="link nothing_found">
function showFor(select) {
  for (const part of document.querySelectorAll(`[data-shown-for="${CSS.escape(select.id)}"]`)) {
    part.hidden = !part.dataset.shownValue.split(" ").includes(select.value);
  }
}
function showAll() {
  const ids = new Set([...document.querySelectorAll("[data-shown-for]")].map((part) => part.dataset.shownFor));
  for (const id of ids) {
    const select = document.getElementById(id);
    if (select) showFor(select);
  }
}
document.addEventListener("change", (event) => {
  if (event.target.id) showFor(event.target);
});

document.addEventListener("DOMContentLoaded", () => {
  showErrors(document);
  showAll();
});
document.addEventListener("htmx:afterSettle", (event) => {
  showErrors(event.target);
  showAll();
});
