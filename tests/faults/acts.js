/* One act of a rater on the page's own inputs; false where it could not be done, and what came back from an undo. */
({ kind, name, value }) => {
  const one = (selector, root = document) => root.querySelector(selector);
  const press = (key, at) => at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const item = () => one(`#item-${name}`);
  const named = (word, root) => [...root.querySelectorAll("button")].find((each) => each.textContent.trim() === word);
  const type = (box, words) => {
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const note = () => {
    const rows = [...document.querySelectorAll('[data-part="note-list"] > li:not(.is-deleted)')];
    return rows.find((row) => one("p", row)?.textContent.trim() === name);
  };
  const other = () => {
    const rows = [...document.querySelectorAll('[data-part="other-list"] > li:not(.is-deleted)')];
    return rows.find((row) => one('[data-field="description"]', row).value === name);
  };
  const remove = (row, button) => {
    if (!row || !button) return false;
    const at = [...row.parentNode.children].indexOf(row);
    const list = row.parentNode;
    button.click();
    list.children[at].dataset.was = name;
    return true;
  };
  const undo = (list) => {
    const row = one(`[data-part="${list}"] > li.is-deleted[data-was]`);
    if (!row) return false;
    const { was } = row.dataset;
    named("Undo", row).click();
    return was;
  };
  const choose = (input) => {
    if (!input || input.disabled || input.matches("fieldset[disabled] *")) return false;
    const before = input.checked;
    input.click();
    return input.checked !== before;
  };
  const acts = {
    point: () => choose(one(`input[type=radio][value="${value}"]`, item())),
    back: () => {
      item().focus();
      press("Delete", item());
      return !one("input[type=radio]:checked", item());
    },
    unsure: () => {
      const flag = one('input[name^="unsure"]', item());
      return flag.checked !== value && choose(flag);
    },
    note: () => {
      const box = one('[data-part="note-text"]');
      type(box, value);
      press("Enter", box);
      return box.value === "";
    },
    "change note": () => {
      const row = note();
      if (!row) return false;
      named("Edit", row).click();
      const box = one("textarea", row) ?? one('[data-part="note-list"] textarea');
      type(box, value);
      press("Enter", box);
      return true;
    },
    "delete note": () => {
      const row = note();
      return remove(row, row && named("Delete", row));
    },
    "undo note": () => undo("note-list"),
    other: () => {
      one('[data-part="other-add"]').click();
      const row = one('[data-part="other-list"]').lastElementChild;
      one('[data-field="completed"]', row).value = value;
      type(one('[data-field="description"]', row), name);
      return true;
    },
    "change other": () => {
      const field = other() && one('[data-field="completed"]', other());
      if (!field) return false;
      type(field, value);
      return true;
    },
    "delete other": () => {
      const row = other();
      return remove(row, row && one('[data-part="other-delete"]', row));
    },
    "undo other": () => undo("other-list"),
    report: () => choose(one(`.task[data-task="${name}"] input[value="${value}"]`)),
    difficulty: () => choose(one(`input[name="difficulty"][value="${name}"]`)),
    "try now": () => {
      const button = one('[data-part="banners"] button');
      button?.click();
      return Boolean(button);
    },
  };
  if (one("dialog[open]")) return false;
  return acts[kind]();
};
