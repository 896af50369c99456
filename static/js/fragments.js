// Loads htmx only on pages that exchange parts of themselves.

export function bind() {
  if (window.htmx || document.querySelector("meta[name=htmx-config]")) return;
  const config = document.createElement("meta");
  config.name = "htmx-config";
  // The strict policy lets no script write a style element.
  config.content = JSON.stringify({ includeIndicatorCSS: false });
  const script = document.createElement("script");
  script.src = document.getElementById("site-script").dataset.htmx;
  document.head.append(config, script);
}
