// A filter is sent when a choice changes; text waits for Enter or the button.

export function bind(root) {
  for (const form of root.querySelectorAll("[data-filters]:not([data-bound])")) {
    form.dataset.bound = "";
    form.addEventListener("change", (event) => event.target.matches("select, [type=checkbox], [type=radio], [type=date]") && form.requestSubmit());
    form.addEventListener("submit", () => form.querySelectorAll("select, input").forEach((one) => (one.disabled ||= one.value === "")));
  }
}
