export { Loaded } from "./loaded";
export { Skeleton, SkeletonPanel, SkeletonRows, useIsLate } from "./skeleton";
export { Empty, Failure, NoMatch, Offline, Partial } from "./states";
