/** A job's page looks again by itself until the job has ended; without this module the page offers a link. */

const PAUSE_MS = 2000;

/** Bring the shown card up to date with a newly fetched one; true while the job goes on. */
export function renew(shown, fetched) {
  if (!fetched) return shown.dataset.running === "yes";
  if (fetched.innerHTML !== shown.innerHTML) shown.replaceChildren(...fetched.childNodes);
  shown.dataset.running = fetched.dataset.running;
  return shown.dataset.running === "yes";
}

export function attach(card) {
  const look = async () => {
    const goesOn = renew(card, await fetchCard().catch(() => null));
    if (goesOn) setTimeout(look, PAUSE_MS);
  };
  if (card.dataset.running === "yes") setTimeout(look, PAUSE_MS);
}

async function fetchCard() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector('[data-module="job"]');
}
