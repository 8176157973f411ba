// The steps of a workflow by keyboard. Every button works without this file: it posts the page.
// Pasted lines are read by the server alone; here they only find their way into its box.
(() => {
  "use strict";
  const form = document.querySelector("form[data-workflow-form]");
  if (!form) return;
  const said = form.querySelector("[data-said]");
  const part = (selector) => form.querySelector(`#steps ${selector}`);
  const rows = () => [...form.querySelectorAll("#steps [data-step]")];
  const title = (row) => row?.querySelector('[name$="-title"]');
  const say = (what, number) => { said.textContent = said.dataset[what].replace("{number}", number); };
  let typed = Boolean(document.querySelector("[data-errors]"));
  let removed = null;

  // Rows are read in the order of their numbers, so each takes the number of its place.
  const renumber = () => {
    rows().forEach((row, index) => {
      row.querySelector("[data-number]").textContent = index + 1;
      row.querySelectorAll("[name], [id]").forEach((cell) => {
        for (const attribute of ["name", "id", "aria-describedby"]) {
          const value = cell.getAttribute(attribute);
          if (value) cell.setAttribute(attribute, value.replace(/steps-(\d+|__prefix__)-/g, `steps-${index}-`));
        }
        if (cell.name === "do") cell.value = cell.value.replace(/-.*$/, `-${index}`);
      });
    });
    form.elements["steps-TOTAL_FORMS"].value = rows().length;
    typed = true;
  };

  const place = (row) => rows().indexOf(row) + 1;

  const add = (after) => {
    if (rows().length >= Number(part("").dataset.most)) { said.textContent = said.dataset.full; return; }
    const row = part("[data-blank]").content.firstElementChild.cloneNode(true);
    if (after) after.after(row); else part("tbody").append(row);
    renumber();
    htmx.process(row);
    title(row).focus();
    say("added", place(row));
  };

  const move = (row, up) => {
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    if (up) other.before(row); else other.after(row);
    renumber();
    focused?.focus();
    say("moved", place(row));
  };

  const remove = (row) => {
    const number = place(row);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    removed = { row, next: row.nextElementSibling };
    row.remove();
    if (!next) add();
    renumber();
    (title(next) ?? title(rows()[0])).focus();
    part("[data-undo]").hidden = false;
    say("removed", number);
  };

  const undo = () => {
    if (removed.next?.isConnected) removed.next.before(removed.row); else part("tbody").append(removed.row);
    renumber();
    part("[data-undo]").hidden = true;
    title(removed.row).focus();
    say("back", place(removed.row));
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches("[data-undo]")) undo();
    if (button?.name !== "do") return;
    const verb = button.value.split("-")[0];
    const deed = { up: (row) => move(row, true), down: (row) => move(row, false), remove, add: () => add() }[verb];
    if (!deed) return;
    event.preventDefault();
    deed(button.closest("[data-step]"));
  });

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-step]");
    if (!row || event.isComposing) return;
    const deed = event.altKey
      ? { ArrowUp: () => move(row, true), ArrowDown: () => move(row, false), Delete: () => remove(row) }[event.key]
      : event.key === "Enter" && event.target.matches("input, select") && (() => add(row));
    if (!deed) return;
    event.preventDefault();
    deed();
  });

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!event.target.matches('[name^="steps-"][name$="-title"]') || !/[\n\t]/.test(text.trim())) return;
    event.preventDefault();
    form.elements["paste-lines"].value = text;
    form.elements["paste-at"].value = place(event.target.closest("[data-step]")) - 1;
    part('button[value="paste"]').click();
  });

  // What the server arranged: where to go on, and what happened.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "steps") return;
    removed = null;
    typed = true;
    const told = part("[data-say]");
    if (!told) return;
    said.textContent = told.textContent;
    const pasted = part('[name$="-pasted"][value="1"]');
    (title(pasted?.closest("[data-step]")) ?? form.elements["paste-lines"]).focus();
  });

  // Leaving with something typed asks first.
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
})();
