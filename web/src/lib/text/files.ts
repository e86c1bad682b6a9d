export const files = {
  title: "Files",
  tree: "Directories",
  folders: "Directories",
  filter: "Filter by name",
  parent: "Parent directory",
  missing: "There is no such directory",
} as const;
