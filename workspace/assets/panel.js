// What a page of the panel does by itself; all of it can be had without, by loading the page again.
//
//   <main data-stream="/admin/stream?key=…" [data-live-url="…"]>   listens for changes that concern
//     the page, then fetches data-live-url (or the page's own address) and takes over:
//   <… data-live="NAME" [data-live-mark="…"] [data-live-say="…"]>  the region of that name, unless its
//     mark is the same still; what it says anew is told to screen readers.
//   <time data-countdown="893">    seconds that are left; at 0 the regions are fetched again.
//   <button data-copy="ID" hidden> copies the value of the input ID.
"use strict";

(() => {
  const main = document.getElementById("main");
  const announcer = document.getElementById("announcer");

  async function refresh() {
    const address = main.dataset.liveUrl || location.href;
    const response = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const said = [];
    for (const region of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
      if (!next || (next.dataset.liveMark && next.dataset.liveMark === region.dataset.liveMark)) continue;
      if (next.dataset.liveSay && next.dataset.liveSay !== region.dataset.liveSay) {
        said.push(next.dataset.liveSay);
        next.classList.add("flash");
      }
      const focused = region.contains(document.activeElement) ? document.activeElement.id : null;
      region.replaceWith(document.adoptNode(next));
      if (focused !== null) (document.getElementById(focused) || main).focus();
    }
    if (said.length > 0) announcer.textContent = said.join(". ");
    prepare();
  }

  // Several changes at once (an activation is more than one) are one refresh.
  let waiting = null;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh().catch(() => {}), 100);
  }

  if (main && main.dataset.stream) {
    const stream = new EventSource(main.dataset.stream);
    let opened = false;
    stream.addEventListener("change", soon);
    stream.addEventListener("open", () => {
      // Something may have happened while the connection was lost.
      if (opened) soon();
      opened = true;
    });
    addEventListener("pagehide", () => stream.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  function count(time) {
    const end = performance.now() + Number(time.dataset.countdown) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      const two = (number) => String(number).padStart(2, "0");
      const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
      time.textContent = left > 0 ? `in ${clock}` : "now";
      if (!time.isConnected) clearInterval(timer);
      else if (left === 0) {
        clearInterval(timer);
        soon();
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  function prepare() {
    for (const time of document.querySelectorAll("time[data-countdown]:not([data-counting])")) {
      time.dataset.counting = "";
      count(time);
    }
    for (const button of document.querySelectorAll("button[data-copy][hidden]")) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
        announcer.textContent = button.textContent = "Copied";
      });
    }
  }

  prepare();
})();
