// Hearing and reading in step. Without it the time links do the same.
const $ = (name) => document.querySelector(`[data-${name}]`);
const on = (target, type, act) => target?.addEventListener(type, act);
const media = $("player"), bar = $("bar"), say = $("say"), fault = $("error"), played = $("played");
const rows = [...document.querySelectorAll("[data-start]")], starts = rows.map((row) => +row.dataset.start);
const whole = +media.dataset.length;
let place = +media.dataset.at, until = +media.dataset.to || 0, current = -1;

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

// The mark moves, focus never; the page follows only a reader who looks at it.
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

const words = () => {
  const { playWord, pauseWord } = $("play").dataset;
  $("play").textContent = media.paused ? playWord : pauseWord;
};

bar.hidden = false;
if (until) {
  // the end in the address would stop later plays, too
  for (const source of media.querySelectorAll("source")) source.src = source.src.split("#")[0];
  media.load();
}
seek(place);

on(media, "loadedmetadata", () => {
  if (Math.abs(media.currentTime * 1000 - place) > 500) seek(place);
});
on(media, "timeupdate", () => {
  if (media.error || !media.readyState) return;
  const ms = media.currentTime * 1000;
  if (until && !media.paused && ms >= until) {
    media.pause();
    until = 0;
  }
  follow(ms);
});
on(media, "play", words);
on(media, "pause", words);
on(media, "waiting", () => { say.textContent = say.dataset.say; });
on(media, "playing", () => { say.textContent = ""; fault.hidden = true; });

const broken = () => {
  $("place").textContent = clock(place);
  fault.hidden = false;
  say.textContent = "";
};
on(media, "error", broken);
on(media.querySelector("source:last-of-type"), "error", broken);
on($("again"), "click", () => {
  media.load();
  seek(place);
  play();
});

on($("play"), "click", toggle);
on($("back"), "click", back);
on($("slower"), "click", ({ currentTarget: button }) => {
  media.playbackRate = media.playbackRate < 1 ? 1 : 0.75;
  button.setAttribute("aria-pressed", media.playbackRate < 1);
});
on($("carry"), "click", ({ currentTarget: link }) => {
  const address = new URL(link.href);
  address.searchParams.set("t", Math.floor(place / 1000));
  link.href = address;
});

on(document, "click", (event) => {
  const link = event.target.closest("[data-go]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  until = 0;
  seek(+link.dataset.go);
  play();
});
on(document.querySelector(".wave-plays"), "click", (event) => {
  const box = event.currentTarget.getBoundingClientRect();
  until = 0;
  seek(((event.clientX - box.left) / box.width) * whole);
});
on(document, "keydown", (event) => {
  const act = event.altKey && !event.ctrlKey && { KeyK: toggle, KeyJ: back }[event.code];
  if (!act) return;
  event.preventDefault();
  act();
});
