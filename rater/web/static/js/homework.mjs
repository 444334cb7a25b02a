/** The two logs below the scales: homework completed, and difficulties. Each tick is saved at once. */
import { OtherTasks } from "./othertasks.mjs";

/** What a key of the saver is to the logs: {log: "task" | "difficulty", id}, or null where it is of something else. */
export function logOf(key) {
  const found = /^(task|difficulty)-([\w-]+)$/.exec(key);
  return found ? { log: found[1], id: found[2] } : null;
}

export class HomeworkLog {
  constructor(root, saver, say, announce = () => {}) {
    Object.assign(this, { root, saver });
    for (const task of root.querySelectorAll(".task"))
      saver.know(`task-${task.dataset.task}`, { version: Number(task.dataset.version) });
    this.others = new OtherTasks(root, saver, say, announce);
    root.addEventListener("change", ({ target }) => this.#changed(target));
    root.addEventListener("keydown", (event) => this.#pressed(event));
    root.addEventListener("pointerdown", ({ target }) => (this.before = target.matches(".task input:checked") ? target : null));
    root.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Show what a change says of the logs, without saving it; changes of other things are passed over. */
  restore(change) {
    const found = logOf(change.key);
    if (found?.log === "task") this.#show(found.id, change.body.completed);
    else if (found) this.#tick(found.id, change.body.present);
    else this.others.restore(change);
  }

  /** The value that another window or computer gave. */
  show(key, current) {
    this.restore({ key, method: "PUT", body: current });
  }

  #show(id, completed) {
    for (const radio of this.root.querySelectorAll(`.task[data-task="${id}"] input`)) radio.checked = radio.value === completed;
  }

  #tick(type, present) {
    const box = this.root.querySelector(`input[name="difficulty"][value="${type}"]`);
    if (box) box.checked = Boolean(present);
  }

  #changed(target) {
    const task = target.closest(".task");
    if (task) this.#report(task, target.value);
    else if (target.name === "difficulty") this.#difficulty(target);
  }

  /** Delete takes the report of a task back. */
  #pressed(event) {
    if (!["Delete", "Backspace"].includes(event.key) || !event.target.matches(".task input[type=radio]")) return;
    event.preventDefault();
    this.#takeBack(event.target.closest(".task"));
  }

  /** A second click on the chosen answer takes it back. */
  #clicked({ target, detail }) {
    if (target === this.before && detail === 1) this.#takeBack(target.closest(".task"));
    this.before = null;
  }

  #takeBack(task) {
    const chosen = task.querySelector("input:checked");
    if (!chosen) return;
    chosen.checked = false;
    this.#report(task, null);
  }

  #report(task, completed) {
    const { task: id } = task.dataset;
    this.saver.put(`task-${id}`, { url: this.root.dataset.task + id, body: { completed }, merge: true, versioned: true });
  }

  #difficulty({ value, checked }) {
    this.saver.put(`difficulty-${value}`, { url: this.root.dataset.difficulty + value, body: { present: checked }, merge: true });
  }
}
