/** Documents of the instance as this browser has them. */
export { useActiveNotifications, useDocument, useDocuments, useNode, useNodes, useSelected } from "./reading";
export { documents } from "./store";
export type * from "./types";
