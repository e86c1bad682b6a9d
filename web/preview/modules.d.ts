/** The code of the PDF worker as text; made by `build/bundle.ts`. */
declare module "virtual:pdf-worker" {
  const code: string;
  export default code;
}

declare module "pdfjs-dist/build/pdf.mjs" {
  export * from "pdfjs-dist";
}

declare module "pdfjs-dist/build/pdf.worker.mjs";
