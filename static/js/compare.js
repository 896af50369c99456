// Lays two pictures of the same viewpoint over each other; a slider moves the edge between them.

export function bind(root) {
  for (const box of root.querySelectorAll("[data-compare]:not([data-bound])")) {
    box.dataset.bound = "";
    const later = box.querySelectorAll("img")[1];
    if (!later) continue;
    const range = document.createElement("input");
    Object.assign(range, { type: "range", min: 0, max: 100, value: 50, className: "compare__range" });
    range.setAttribute("aria-label", box.dataset.label);
    const move = () => (later.style.clipPath = `inset(0 0 0 ${range.value}%)`);
    range.addEventListener("input", move);
    box.append(range);
    box.classList.add("is-live");
    move();
  }
}
