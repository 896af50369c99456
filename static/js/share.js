// Copies a text, or hands the page to the phone's own share sheet.

export function bind(root) {
  for (const button of root.querySelectorAll("[data-copy]:not([data-bound])")) {
    button.dataset.bound = "";
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = source.value ?? source.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    source.select?.();
    document.execCommand("copy");
  }
  button.textContent = button.dataset.done;
  button.setAttribute("aria-live", "polite");
}
