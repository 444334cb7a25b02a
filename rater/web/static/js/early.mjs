/** What was chosen while the page was still waking up. */

/** Hand each choice that differs from the page as it was served to the components, as if it were made now. */
export function heedEarly(form) {
  for (const input of form.querySelectorAll("input[type=radio][name], input[type=checkbox][name]")) {
    const isNew = input.type === "radio" ? input.checked && !input.defaultChecked : input.checked !== input.defaultChecked;
    if (isNew) input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
