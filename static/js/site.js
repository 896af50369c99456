// Starts the behaviours a page asks for by its data attributes. Every page works without any of them.

const lazily = {
  "[data-chart]": () => import("./chart.js"),
  "[data-photos]": () => import("./photos.js"),
  "[data-compare]": () => import("./compare.js"),
  "[data-queue]": () => import("./queue.js"),
  "[data-filters]": () => import("./filters.js"),
  "[data-copy], [data-share]": () => import("./share.js"),
  "[data-clock], [data-countdown]": () => import("./clock.js"),
  "[data-scanner]": () => import("./scanner.js"),
  "[data-form]": () => import("./form.js"),
  "[data-hx-get], [data-hx-post], [data-hx-boost]": () => import("./fragments.js"),
};

async function start(root) {
  for (const [selector, load] of Object.entries(lazily)) {
    if (root.querySelector(selector)) (await load()).bind(root);
  }
}

start(document);
document.addEventListener("htmx:after:swap", (event) => start(event.detail?.ctx?.target ?? document));

// A page that a script put in place of another one: start its behaviours; going back asks the server again.
let place = null;
document.addEventListener("page:replaced", () => {
  place = location.pathname + location.search;
  start(document);
});
addEventListener("popstate", () => {
  if (place !== null && place !== location.pathname + location.search) location.reload();
});
