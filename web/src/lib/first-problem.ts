/** A form that is longer than the window: what is wrong in it comes into sight, and the keyboard with it. */

/** Frames in which a refusal of the server is drawn even on a slow machine. */
const patience = 60;

/** Once the problems that were just found are drawn. */
export function showFirstProblem(form: HTMLElement | null, frames = patience): void {
  requestAnimationFrame(() => {
    const field = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const alert = form?.querySelector('[role="alert"]');
    if (field) field.focus();
    else if (alert) alert.scrollIntoView({ block: "nearest" });
    else if (form?.isConnected && frames > 0) showFirstProblem(form, frames - 1);
  });
}
