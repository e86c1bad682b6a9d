/** Escape closes the top layer only, also where that is the list under a control and no layer of its own. */
export function closesListFirst(event: KeyboardEvent): void {
  const { target } = event;
  if (target instanceof Element && target.matches('[role="combobox"][aria-expanded="true"]')) event.preventDefault();
}
