// Progress without reloading: asks again while the page is in view, changes words in place, moves no focus.
const area = document.querySelector("[data-progress]");
const voice = document.querySelector("[data-said]");
let said = "";

async function look() {
  if (document.visibilityState !== "visible" || area.contains(document.activeElement)) return;
  try {
    const answer = await fetch(area.dataset.progress, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("progress");
    if (!fresh) return;
    area.replaceChildren(...fresh.childNodes);
    const running = area.querySelector(".is-running, .is-failed");
    const now = running ? running.innerText.replace(/\s+/g, " ") : "";
    if (now !== said) voice.textContent = said = now;
    if (!fresh.dataset.progress) {
      clearInterval(timer);
      document.querySelector("[data-stop]")?.remove();
    }
  } catch {
    // no network: the next look tries again, what is shown stays
  }
}
const timer = setInterval(look, Math.max(10, +area.dataset.every) * 1000);
document.addEventListener("visibilitychange", look);
