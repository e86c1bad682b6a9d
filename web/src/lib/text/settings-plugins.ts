export const plugins = {
  what: "Plugins",
  empty: "No plugin here has settings of its own",
  emptyMore: "Plugins are added on the page of their node.",
  toNodes: "To the nodes",
  rest: "Plugins without a settings schema are set up on the node page.",
  saved: (name: string) => `${name} was saved. It is in force within seconds.`,
  standing: {
    ready: "Ready",
    disabled: "Switched off",
    missing: "Not installed on its node",
    refused: "Refused",
    unknown: "Its node has not told yet",
  },
} as const;
