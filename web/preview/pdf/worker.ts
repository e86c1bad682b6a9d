/** The part of pdf.js that reads documents, as the code of a worker. */
import "./newer_language";
import "pdfjs-dist/build/pdf.worker.mjs";
