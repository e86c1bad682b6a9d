/** A form that is longer than the window: what is wrong in it comes into sight, and the keyboard with it. */

/** Once the problems that were just found are drawn. */
export function showFirstProblem(form: HTMLElement | null): void {
  requestAnimationFrame(() => {
    const field = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (field) field.focus();
    else form?.querySelector('[role="alert"]')?.scrollIntoView({ block: "nearest" });
  });
}
