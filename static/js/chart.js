// Draws what a table says. The colours are the page's own; the library is loaded only where a picture is.

export async function bind(root) {
  await library();
  for (const canvas of root.querySelectorAll("canvas[data-chart]:not([data-bound])")) {
    canvas.dataset.bound = "";
    canvas.parentElement.classList.add("is-live");
    draw(canvas, JSON.parse(canvas.dataset.chart));
  }
}

function library() {
  if (window.Chart) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.getElementById("site-script").dataset.charts;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

function draw(canvas, facts) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const colours = ["--club-ink", "--now", "--soon", "--paused-ink", "--kept"].map(colour);
  const sets = facts.series.map(([label, data], index) => ({
    label, data, type: facts.kind,
    backgroundColor: colours[index % colours.length],
    borderColor: colours[index % colours.length],
    borderRadius: 4, maxBarThickness: 48, tension: 0.25, pointRadius: 4,
    pointStyle: ["circle", "rect", "triangle", "rectRot", "star"][index % 5],
  }));
  if (facts.target !== null) {
    sets.push({ label: facts.targetLabel, data: facts.labels.map(() => facts.target), type: "line", borderColor: colour("--broken-ink"), backgroundColor: colour("--broken-ink"), borderDash: [6, 4], borderWidth: 2, pointRadius: 0 });
  }
  const text = { color: colour("--ink"), font: { family: style.getPropertyValue("font-family") || "sans-serif", size: 14 } };
  new window.Chart(canvas, {
    data: { labels: facts.labels, datasets: sets },
    options: {
      responsive: true, maintainAspectRatio: false, animation: false,
      plugins: { legend: { labels: text, display: sets.length > 1 } },
      scales: {
        x: { ticks: text, grid: { display: false } },
        y: { ticks: text, beginAtZero: true, grid: { color: colour("--line") }, title: { display: Boolean(facts.unit), text: facts.unit, ...text } },
      },
    },
  });
}
