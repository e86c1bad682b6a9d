export const tree = {
  unfold: "Unfold",
  fold: "Fold",
  foldTree: "Hide the tree",
  showTree: "Show the tree",
  resize: "Width of the tree",
} as const;

export const breadcrumb = {
  label: "Path",
  type: "Type a path",
  typed: "Path of a directory",
} as const;
