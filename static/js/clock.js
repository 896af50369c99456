// Adds how long is left to a promised time: <time data-clock datetime="..."> keeps its own words,
// <span data-countdown="..."> is replaced. Spoken at most once a minute, only when the words change.

const chinese = document.documentElement.lang !== "en";
const MINUTE = 60_000;

export function bind() {
  tell();
  if (!bind.running) bind.running = setInterval(tell, 20_000);
}

function tell() {
  for (const one of document.querySelectorAll("[data-clock]")) {
    one.dataset.words ??= one.textContent;
    write(one, `${one.dataset.words} · ${left(one.dateTime)}`);
  }
  for (const one of document.querySelectorAll("[data-countdown]")) write(one, left(one.dataset.countdown));
}

function write(one, words) {
  if (one.textContent !== words) one.textContent = words;
}

function left(moment) {
  const minutes = Math.round((new Date(moment) - Date.now()) / MINUTE);
  const size = Math.abs(minutes);
  const [days, hours, rest] = [Math.floor(size / 1440), Math.floor((size % 1440) / 60), size % 60];
  const words = size === 1440 ? said([[24, "小时", "h"]])
    : days ? said([[days, "天", "d"], [hours, "小时", "h"]])
    : hours ? said([[hours, "小时", "h"], [rest, "分", "min"]])
    : said([[rest, "分钟", "min"]]);
  if (minutes >= 0) return chinese ? `还有 ${words}` : `${words} left`;
  return chinese ? `已超过 ${words}` : `${words} over`;
}

// The parts of a span in words; a second part of nothing is left out.
function said(parts) {
  const shown = parts.filter(([count], n) => count || !n);
  return shown.map(([count, word, short]) => `${count} ${chinese ? word : short}`).join(" ");
}
