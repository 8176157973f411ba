// Progressive enhancement only: every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const phone = window.matchMedia("(max-width: 640px)");
  root.classList.remove("ap-no-js");

  // What the server found wrong is read out and reached first.
  const focusErrors = (scope) => scope.querySelector("[data-errors]")?.focus();

  const prepare = (scope) => {
    scope.querySelectorAll("[data-needs-js]").forEach((part) => part.removeAttribute("hidden"));
    if (phone.matches) scope.querySelectorAll("[data-closed-on-phones]").forEach((part) => { part.open = false; });
    focusErrors(scope);
  };
  prepare(document);
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target.parentElement ?? document));

  // A filter form sends itself; its button stays for everybody else.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
  });

  // Menus close on Escape and on a click elsewhere; focus goes back to what opened them.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    if (event.target.closest("[data-close]")) {
      const menu = event.target.closest("details");
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    });
  });

  // "Copy link": the filters live in the address, so the address is the view.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy-link]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(location.href);
    const said = button.querySelector("[data-said]") ?? button;
    said.textContent = button.dataset.copied;
  });

  // Nobody sends a form twice by a double click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
})();
