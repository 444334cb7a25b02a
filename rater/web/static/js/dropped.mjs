/** The files that somebody drops or chooses, with their paths below the folder; what systems add by themselves is left out. */

const ADDED_BY_SYSTEMS = new Set(["thumbs.db", "desktop.ini"]);

/** Whether a file is one that a person put there. */
export function isWanted(path) {
  const name = path.split("/").at(-1);
  return !path.split("/").some((part) => part.startsWith(".")) && !ADDED_BY_SYSTEMS.has(name.toLowerCase());
}

/** Files of an input: [{path, file}]. */
export function chosen(files) {
  const all = [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return inOrder(all);
}

/** Files of a drop, those in folders and their folders included. Take the entries at once: a drop forgets them. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(transfer.files);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return inOrder(found);
}

function inOrder(all) {
  return all.filter(({ path }) => isWanted(path)).sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function walk(entry, found) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    found.push({ path, file: await new Promise((give, fail) => entry.file(give, fail)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((give, fail) => reader.readEntries(give, fail));
    if (!some.length) return;
    for (const each of some) await walk(each, found);
  }
}
