export const schemaForm = {
  secretSet: "Set; it is never shown",
  change: "Change",
  keep: "Keep what is set",
  takenOut: "Will be taken out when you save",
  enter: (option: string) => `New value of ${option}`,
  notSet: "Not set",
  byDefault: (value: string) => `${value} (default)`,
  missing: "This is needed.",
  noNumber: "This has to be a number.",
  tooSmall: (least: number) => `At least ${least}.`,
  tooLarge: (most: number) => `At most ${most}.`,
  badPattern: (pattern: string) => `This has to match ${pattern}`,
} as const;
