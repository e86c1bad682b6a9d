/** Joins class names; falsy parts fall out. */
export { clsx as classes } from "clsx";
