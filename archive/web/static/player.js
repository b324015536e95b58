// Hearing and reading in step. Without this file: the player's own controls and time links do the same.
const $ = (name) => document.querySelector(`[data-${name}]`);
const media = $("player"), bar = $("bar"), say = $("say"), fault = $("error"), played = $("played");
const rows = [...document.querySelectorAll("[data-start]")];
const starts = rows.map((row) => +row.dataset.start);
const whole = +media.dataset.length;
let place = +media.dataset.at, until = +media.dataset.to || 0, current = -1, started = false;

const clock = (ms) => {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0"), m = Math.floor(s / 60);
  return m < 60 ? `${m}:${two(s % 60)}` : `${Math.floor(m / 60)}:${two(m % 60)}:${two(s % 60)}`;
};

function rowAt(ms) {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// The mark moves, focus never; the page follows only a reader who is looking at the marked words.
function follow(ms) {
  place = ms;
  $("now").textContent = clock(ms);
  played?.setAttribute("width", (played.ownerSVGElement.viewBox.baseVal.width * ms) / whole);
  const next = rowAt(ms + 50);
  if (next === current) return;
  const old = rows[current]?.getBoundingClientRect();
  rows[current]?.removeAttribute("aria-current");
  current = next;
  if (next < 0) return;
  rows[next].setAttribute("aria-current", "true");
  if (!media.paused && old && old.bottom > 0 && old.top < innerHeight) rows[next].scrollIntoView({ block: "nearest" });
}

function seek(ms) {
  place = Math.max(0, Math.min(ms, whole));
  media.currentTime = place / 1000;
  follow(place);
}

const play = () => media.play().catch(() => {});
const toggle = () => (media.paused ? play() : media.pause());
const back = () => seek(place - 10000);

function words() {
  $("play").textContent = media.paused ? $("play").dataset.playWord : $("play").dataset.pauseWord;
}

bar.hidden = false;
if (until) {
  // the address's own end would stop every later play, so the script keeps the end itself
  for (const source of media.querySelectorAll("source")) source.src = source.src.split("#")[0];
  media.load();
}
if (place) seek(place);
else follow(0);

media.addEventListener("loadedmetadata", () => {
  if (!started && Math.abs(media.currentTime * 1000 - place) > 500) seek(place);
});
media.addEventListener("timeupdate", () => {
  if (media.error || (!started && !media.currentTime)) return;
  const ms = media.currentTime * 1000;
  if (until && !media.paused && ms >= until) {
    media.pause();
    until = 0;
  }
  follow(ms);
});
media.addEventListener("play", () => { started = true; words(); });
media.addEventListener("pause", words);
media.addEventListener("waiting", () => { say.textContent = say.dataset.say; });
media.addEventListener("playing", () => { say.textContent = ""; fault.hidden = true; });

function broken() {
  $("place").textContent = clock(place);
  fault.hidden = false;
  say.textContent = "";
}
media.addEventListener("error", broken);
media.querySelector("source:last-of-type")?.addEventListener("error", broken);
$("again").addEventListener("click", () => {
  fault.hidden = true;
  const kept = place;
  media.load();
  seek(kept);
  play();
});

$("play").addEventListener("click", toggle);
$("back").addEventListener("click", back);
$("slower").addEventListener("click", ({ currentTarget: button }) => {
  media.playbackRate = media.playbackRate < 1 ? 1 : 0.75;
  button.setAttribute("aria-pressed", String(media.playbackRate < 1));
});
$("carry")?.addEventListener("click", ({ currentTarget: link }) => {
  const address = new URL(link.href);
  address.searchParams.set("t", String(Math.floor(place / 1000)));
  link.href = address.href;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    until = 0;
    seek(+link.dataset.go);
    play();
  }
});
document.querySelector(".wave-plays")?.addEventListener("click", (event) => {
  const box = event.currentTarget.getBoundingClientRect();
  until = 0;
  seek(((event.clientX - box.left) / box.width) * whole);
});
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const act = { KeyK: toggle, KeyJ: back }[event.code];
  if (act) {
    event.preventDefault();
    act();
  }
});
