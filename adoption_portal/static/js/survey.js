// One statement (phone) or one part (wider) at a time; survey_draft.js keeps what was chosen.
// Without this file the form is one long page.
(() => {
  "use strict";
  const draft = globalThis.surveyDraft;
  const form = document.querySelector("form[data-survey]");
  if (!form) {
    const over = document.querySelector("[data-sent], [data-answered]");
    if (over || !document.querySelector(".ap-quiet")) draft.clear();
    return;
  }
  const told = form.dataset;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const fields = [...form.elements].filter((field) => /radio|textarea/.test(field.type));
  const statements = [...form.querySelectorAll("[data-statement]")];
  const comment = part("comment");
  const all = comment ? [...statements, comment] : statements;
  const parts = [...form.querySelectorAll(".ap-part")];
  const phone = matchMedia("(max-width: 600px)");
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  const chosen = () => {
    const values = {};
    fields.forEach((field) => { if (field.type === "radio" ? field.checked : field.value) values[field.name] = field.value; });
    return values;
  };
  const keep = () => {
    const values = chosen(), some = Object.keys(values).length > 0;
    part("kept").hidden = !draft.isKept || !some;
    part("forgotten").hidden = true;
    if (some) draft.keep(told.lock, values);
    else draft.clear();
  };
  const put = (values) => fields.forEach((field) => {
    if (field.type === "radio") field.checked = values[field.name] === field.value;
    else field.value = values[field.name] ?? "";
  });

  let steps = [], at = 0;
  const cut = () => { steps = phone.matches ? all.map((one) => [one]) : parts.map((one) => all.filter((each) => one.contains(each))); };
  const stepOf = (one) => steps.findIndex((step) => step.includes(one));
  // The history keeps the statement: how many steps lie before it differs with the width.
  const here = () => ({ first: all.indexOf(steps[at][0]) });
  const draw = () => {
    const shown = steps[at], first = statements.indexOf(shown[0]), last = at === steps.length - 1;
    const done = first < 0 ? statements.length : first + (phone.matches ? 1 : 0);
    const inside = parts.findIndex((one) => one.contains(shown[0]));
    all.forEach((one) => { one.hidden = !shown.includes(one); });
    parts.forEach((one, index) => { one.hidden = index !== inside; });
    part("says-part").textContent = parts.length > 1 ? fill(told.part, { part: inside + 1, parts: parts.length }) : "";
    part("says-at").textContent = !phone.matches ? "" : first < 0 ? told.last : fill(told.at, { at: first + 1, count: statements.length });
    part("progress").querySelectorAll("i").forEach((dash, index) => dash.classList.toggle("ap-on", index < done));
    part("progress").ariaValueNow = done;
    part("next").hidden = last;
    part("send").hidden = !last;
  };
  const show = (step, replace) => {
    at = Math.max(0, step);
    draw();
    history[replace ? "replaceState" : "pushState"](here(), "");
    steps[at][0].focus({ preventScroll: true });
    scrollTo(0, 0);
  };

  const ready = told.typed ? Promise.resolve() : draft.read(told.lock).then((values) => put({ ...values, ...chosen() }));
  ready.then(keep);
  cut();
  form.classList.add("ap-stepwise");
  ["says-part", "says-at", "progress"].forEach((name) => { part(name).hidden = false; });
  const errors = part("errors"), wrong = form.querySelector("[data-wrong]");
  at = wrong ? stepOf(wrong) : errors ? steps.length - 1 : 0;
  history.replaceState(here(), "");
  draw();
  errors?.focus();

  form.addEventListener("input", () => ready.then(keep));
  part("forget").addEventListener("click", () => { put({}); keep(); part("forgotten").hidden = false; show(0, true); });
  phone.addEventListener("change", () => { const one = steps[at][0]; cut(); at = stepOf(one); draw(); });
  addEventListener("popstate", (event) => { if (event.state) show(stepOf(all[event.state.first]), true); });
  part("next").addEventListener("click", () => show(at + 1));
  part("back").addEventListener("click", (event) => { if (at) { event.preventDefault(); show(at - 1, true); } });
  errors?.addEventListener("click", (event) => {
    if (!event.target.hash) return;
    event.preventDefault();
    show(stepOf(document.querySelector(event.target.hash)));
  });
  form.addEventListener("submit", (event) => {
    const sends = event.submitter?.name !== "language";
    if (sends && at < steps.length - 1) { event.preventDefault(); show(at + 1); return; }
    if (told.sending) event.preventDefault();
    told.sending = "yes";
  });
  addEventListener("pageshow", () => { delete told.sending; });
})();
