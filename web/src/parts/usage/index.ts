export { PeriodChoice } from "./PeriodChoice";
export { UsageChart } from "./UsageChart";
