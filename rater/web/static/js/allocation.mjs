/** Draws the preview again while the settings of an allocation change; without this module a button does. */

const PAUSE_MS = 700;

/** Whether a change in this field leads to another plan: the reason of a draw does not. */
export function changesPlan(name) {
  return Boolean(name) && !["why", "digest", "csrf_token", "step"].includes(name);
}

/** What was typed into the new part's fields in the meantime stays there. */
export function carryOver(shown, fetched) {
  const before = shown.querySelector("#why");
  const after = fetched.querySelector("#why");
  if (before && after) after.value = before.value;
}

export function attach(desk) {
  if (desk.dataset.live !== "yes") return;
  const form = desk.querySelector("form");
  const told = document.querySelector("[data-part=told]");
  let waiting = null;
  let asked = null;
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    const outcome = desk.querySelector("[data-part=outcome]");
    outcome.setAttribute("aria-busy", "true");
    told.textContent = told.dataset.drawing;
    const fetched = await fetchOutcome(form, signal).catch(() => null);
    if (signal.aborted) return;
    outcome.removeAttribute("aria-busy");
    told.textContent = fetched ? told.dataset.drawn : told.dataset.failed;
    if (!fetched) return;
    carryOver(outcome, fetched);
    outcome.replaceChildren(...fetched.childNodes);
  };
  form.addEventListener("input", (event) => {
    if (!changesPlan(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    asked?.abort();
  });
}

async function fetchOutcome(form, signal) {
  const headers = { Accept: "text/html" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-part=outcome]");
}
