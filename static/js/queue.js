// Keys for a queue: j and k move, Enter opens, a r e press the row's or the pane's button of that key, ? shows the keys.
// The queue is <table data-queue> with rows that hold one <a data-open>; buttons carry data-key="a".

export function bind(root) {
  const queue = root.querySelector("[data-queue]:not([data-bound])");
  if (!queue) return;
  queue.dataset.bound = "";
  const rows = () => [...queue.querySelectorAll("tbody tr")].filter((row) => row.querySelector("[data-open]"));
  let here = rows().findIndex((row) => row.classList.contains("is-here"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const all = rows();
    if (event.key === "j" || event.key === "k") {
      here = Math.max(0, Math.min(all.length - 1, here + (event.key === "j" ? 1 : -1)));
      all.forEach((row, index) => row.classList.toggle("is-here", index === here));
      all[here]?.querySelector("[data-open]").focus();
      all[here]?.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "?") {
      document.querySelector("[data-keys]")?.toggleAttribute("open");
      event.preventDefault();
    } else if ("are".includes(event.key)) {
      const button = (all[here] ?? document).querySelector(`[data-key="${event.key}"]`) ?? document.querySelector(`[data-key="${event.key}"]`);
      if (button) {
        button.matches("input, textarea, select") ? button.focus() : button.click();
        event.preventDefault();
      }
    }
  });
}
