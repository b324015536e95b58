// While it plays, a page asks every ten seconds whether the recording is still open. If not, it becomes the page that a
// new visitor gets, so that a closing also ends what is heard from the browser's memory.
const media = document.querySelector("[data-player]");
setInterval(async () => {
  if (media.paused || !media.currentSrc) return;
  const asked = { method: "HEAD", headers: { Range: "bytes=0-0" }, cache: "no-store" };
  const answer = await fetch(media.currentSrc.split("#")[0], asked).catch(() => 0);
  if (answer.status !== 404) return;
  const here = new URL(location);
  here.hash = "";
  here.searchParams.set("t", Math.floor(media.currentTime));
  location.replace(here);
}, 10000);
