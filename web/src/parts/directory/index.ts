export { type Asked } from "./entry-menu";
export { AskedDialog } from "./AskedDialog";
export { Breadcrumb } from "./Breadcrumb";
export { ColumnsMenu } from "./ColumnsMenu";
export { DirectoryList } from "./DirectoryList";
export { byName, type Order, orderOf, orderText } from "./order";
