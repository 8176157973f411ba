// The editor of a redesign. Every button works without this file: it posts and the server arranges.
// Here moving stays on the page, keys help, and the total of stated minutes follows what is typed.
(() => {
  "use strict";
  const form = document.querySelector("form[data-redesign]");
  if (!form) return;
  const list = form.querySelector("[data-steps]");
  const total = form.querySelector("[data-total]");
  const steps = () => [...list.querySelectorAll(":scope > [data-step]")];
  const field = (step, name) => step.querySelector(`[name$="-${name}"]`);

  // Rows are read in the order of their numbers, so a moved row takes its new place's number.
  const renumber = () => {
    steps().forEach((step, index) => {
      step.id = `step-${index}`;
      step.querySelectorAll("[name], [id], [for]").forEach((part) => {
        for (const attribute of ["name", "id", "for"]) {
          const value = part.getAttribute(attribute);
          if (value) part.setAttribute(attribute, value.replace(/^(id_)?steps-\d+-/, `$1steps-${index}-`));
        }
        if (part.name === "do") part.value = part.value.replace(/\d+$/, index);
      });
    });
  };

  const move = (step, up) => {
    const other = up ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    if (up) other.before(step); else other.after(step);
    renumber();
    focused?.focus();
  };

  const minutes = (step, name) => Number.parseFloat(field(step, name)?.value) || 0;
  const sum = () => {
    const after = steps().reduce((all, step) => {
      if (field(step, "change")?.value === "removed") return all;
      const share = field(step, "share")?.value;
      const part = share === "" || share === undefined ? 1 : Number.parseFloat(share) / 100;
      return all + (minutes(step, "touch_minutes") + minutes(step, "wait_minutes")) * (part || 0);
    }, 0);
    const told = (value) => Math.round(value).toLocaleString(document.documentElement.lang);
    total.textContent = total.dataset.words.replace("{after}", told(after)).replace("{before}", told(total.dataset.before));
  };

  form.addEventListener("input", sum);
  form.addEventListener("change", (event) => {
    if (!event.target.name?.endsWith("-change")) return;
    event.target.closest("[data-step]").querySelector("details").open = !["kept", "removed"].includes(event.target.value);
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const verb = button?.value.split("-")[0];
    if (verb !== "up" && verb !== "down") return;
    event.preventDefault();
    move(button.closest("[data-step]"), verb === "up");
  });
  list.addEventListener("keydown", (event) => {
    const step = event.target.closest("[data-step]");
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(step, event.key === "ArrowUp");
    } else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) {
      event.preventDefault();
      form.requestSubmit(step.querySelector('button[value^="add-"]'));
    }
  });

  // Leaving with something typed asks first.
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  sum();
})();
