/** A job's page looks again by itself until the job has ended; without this module the page offers a link. */

const PAUSE_MS = 2000;

/** Bring the shown card up to date with a newly fetched one; true while the job goes on. */
export function renew(shown, fetched) {
  if (!fetched) return shown.dataset.running === "yes";
  if (fetched.innerHTML !== shown.innerHTML) shown.replaceChildren(...fetched.childNodes);
  shown.dataset.running = fetched.dataset.running;
  return shown.dataset.running === "yes";
}

/** Whether a fetched page shows that the job has ended where another page follows: one without a card that goes on. */
export function isOver(shown, page) {
  const fetched = page.querySelector('[data-module="job"]');
  return shown.dataset.then === "again" && fetched?.dataset.running !== "yes";
}

export function attach(card) {
  const look = async () => {
    const page = await fetchPage().catch(() => null);
    if (page && isOver(card, page)) return location.reload();
    const goesOn = renew(card, page?.querySelector('[data-module="job"]'));
    if (goesOn) setTimeout(look, PAUSE_MS);
  };
  if (card.dataset.running === "yes") setTimeout(look, card.dataset.then === "again" ? PAUSE_MS / 2 : PAUSE_MS);
}

async function fetchPage() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}
