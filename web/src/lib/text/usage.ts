export const usage = {
  label: (name: string) => `Used bytes of ${name} over time`,
  days: (days: number) => `${days} days`,
  period: "Period",
  none: "No measurements yet",
  noneMore: "One is taken every hour.",
  what: "The use over time",
  range: "Range",
  from: "From",
  to: "To",
  noneInRange: "Nothing was measured in this range",
  show: "Show",
} as const;
