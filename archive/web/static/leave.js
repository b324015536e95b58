// Leave: the page is empty at once, the session ends, and the way back does not lead here.
for (const form of document.querySelectorAll("[data-leave]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    document.title = "\u00a0";
    navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
    location.replace(form.dataset.leave);
  });
}
addEventListener("pageshow", (event) => event.persisted && location.reload());
