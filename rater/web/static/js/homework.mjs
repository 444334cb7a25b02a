/** The two logs below the scales: homework completed, and difficulties. Each tick is saved at once. */
export class HomeworkLog {
  constructor(root, saver) {
    Object.assign(this, { root, saver });
    root.addEventListener("change", ({ target }) => {
      const task = target.closest(".task");
      if (task) this.#report(task, target.value);
      else if (target.name === "difficulty") this.#difficulty(target);
    });
  }

  #report(task, completed) {
    const { task: id } = task.dataset;
    this.saver.put(`task-${id}`, { url: this.root.dataset.task + id, body: { completed }, merge: true });
  }

  #difficulty({ value, checked }) {
    this.saver.put(`difficulty-${value}`, { url: this.root.dataset.difficulty + value, body: { present: checked }, merge: true });
  }
}
