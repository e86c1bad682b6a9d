export { FolderTree, type FolderTreeProps } from "./FolderTree";
export { TreePane } from "./TreePane";
export { foldFolder, openFolder } from "./folders";
export { type TreeRow, wayTo } from "./tree-rows";
