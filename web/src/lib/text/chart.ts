export const chart = {
  time: "Time",
  shown: "Lines",
  asTable: "Numbers as a table",
  none: "No numbers in this time yet",
} as const;
