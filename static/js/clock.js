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
  const words = chinese
    ? days ? `${days} 天 ${hours} 小时` : hours ? `${hours} 小时 ${rest} 分` : `${rest} 分钟`
    : days ? `${days} d ${hours} h` : hours ? `${hours} h ${rest} min` : `${rest} min`;
  if (minutes >= 0) return chinese ? `还有 ${words}` : `${words} left`;
  return chinese ? `已超过 ${words}` : `${words} over`;
}
