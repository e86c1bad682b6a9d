export { Loaded } from "./loaded";
export { Skeleton, SkeletonPanel, SkeletonRows, useIsLate } from "./skeleton";
export { Empty, Failure, Gap, NoMatch, Offline, Partial } from "./states";
