/** A form that asks before one leaves it with words that were typed and not kept. */

/** What a form holds now, to be compared later; the token is no part of it. */
export function heldBy(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
}

export function attach(form) {
  const begun = heldBy(form);
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && heldBy(form) !== begun) event.preventDefault();
  });
}
