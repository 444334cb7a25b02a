/** Changes in words: what was changed, and what it was changed to; kept with the change for pages without the item. */
import { formatTime } from "./clock.mjs";

const text = (element) => element?.textContent.trim().replace(/\s+/g, " ") ?? "";

/** The kind of a key and what it names: "task-a1" is ["task", "a1"], an item's id is ["item", id]. */
export function kindOf(key) {
  const found = /^(unsure|note|task|other|difficulty)-(.+)$/.exec(key);
  return found ? [found[1], found[2]] : ["item", key];
}

/** A function that says a change as {name, value}, with the words of the page; `note` bodies keep their text whole. */
export function describer(root, say) {
  const itemName = (id) => text(root.querySelector(`#item-${CSS.escape(id)} .item-text`)) || id;
  const labelOf = (id) => text(root.querySelector(`label[for="${CSS.escape(id)}"]`));
  const choice = (name, value) => text(root.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"] ~ label`));
  const words = {
    item: (id, { value, missing_code: code }) => ({
      name: itemName(id),
      value: value ?? (code && (labelOf(`${id}-${code}`) || code)) ?? say("no_value"),
    }),
    unsure: (id, { unsure }) => ({ name: itemName(id), value: say(unsure ? "is_unsure" : "is_sure") }),
    note: (_, { second, text: words }) => ({
      name: second === undefined ? say("a_note") : say("note_at", { time: formatTime(second) }),
      value: words ?? say("is_deleted"),
    }),
    task: (id, { completed }) => ({
      name: text(root.querySelector(`[data-task="${CSS.escape(id)}"] legend`)) || say("a_task"),
      value: completed === null ? say("no_value") : choice(`task-${id}`, completed) || completed,
    }),
    other: (_, { description, completed }) => ({
      name: say("a_task"),
      value: description === undefined ? say("is_deleted") : [description, completed].filter(Boolean).join(" – "),
    }),
    difficulty: (id, { present }) => ({
      name: text(root.querySelector(`input[name="difficulty"][value="${CSS.escape(id)}"]`)?.closest("label")) || id,
      value: say(present ? "is_there" : "is_not_there"),
    }),
  };
  return ({ key, body }) => {
    const [kind, id] = kindOf(key);
    const { name, value } = words[kind](id, body);
    return { name, value: String(value) };
  };
}
