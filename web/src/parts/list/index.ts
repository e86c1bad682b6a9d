export type { Column, Sort } from "./column";
export { type News, useNews } from "./news";
export { type Selection, useSelection } from "./selection";
export { VirtualList, type VirtualListProps } from "./virtual-list";
export { VirtualTable, type VirtualTableProps } from "./virtual-table";
