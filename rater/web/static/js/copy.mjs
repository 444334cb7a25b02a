/** A button that copies a text; without scripts there is the text area alone. */

/** Copy the text, or mark it where the browser refuses; tells which of the two it was. */
export async function copyText(area, clipboard = navigator.clipboard) {
  try {
    await clipboard.writeText(area.value);
    return "done";
  } catch {
    area.focus();
    area.select();
    return "failed";
  }
}

export function attach(box) {
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const said = part("said");
  part("copy").hidden = false;
  part("copy").addEventListener("click", async () => {
    said.textContent = said.dataset[await copyText(part("text"))];
  });
}
