/** Finds the elements that name a module and lets each module enhance its own. */
for (const element of document.querySelectorAll("[data-module]")) {
  const { attach } = await import(`./${element.dataset.module}.mjs`);
  attach(element);
}
