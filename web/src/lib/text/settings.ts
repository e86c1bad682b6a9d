/** Words of Settings that every tab uses; each tab has its own file beside this one. */
export const settings = {
  title: "Settings",
  tabs: { general: "General", credentials: "Credentials", backends: "Storage backends", plugins: "Plugins", about: "About" },
  saved: "Saved",
  discard: "Leave without saving?",
  discardMore: "What you changed here is lost.",
  discardVerb: "Discard changes",
  stale: "Somebody else changed this meanwhile",
  staleMore: "Their version is shown beside yours.",
  field: "Field",
  theirs: "Theirs",
  mine: "Yours",
  takeTheirs: "Use theirs",
  takeMine: "Apply mine on top",
  byDefault: "Default",
} as const;
