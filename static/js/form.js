// A form is sent once; what was typed is asked about before it is lost; the error summary gets the focus.

export function bind(root) {
  root.querySelector("[data-errors]")?.focus();
  for (const form of root.querySelectorAll("form[data-form]:not([data-bound])")) {
    form.dataset.bound = "";
    form.addEventListener("submit", (event) => sendOnce(form, event));
  }
  // Coming back with the back button shows the page as it was left: let it be sent again, the one-time key guards it.
  addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form[data-sent]").forEach(free));
}

function sendOnce(form, event) {
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
  // A connection that never answers must not lock the form for good.
  setTimeout(() => free(form), 30_000);
}

function free(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  form.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
}
