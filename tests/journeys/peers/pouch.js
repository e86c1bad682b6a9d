// PouchDB in Node, driven line by line.
const PouchDB = require("pouchdb");
const { serve } = require("./lines.js");
require("./calls.js");

const calls = globalThis.journeyCalls(PouchDB);
serve(({ call, ...given }) => calls[call](given));
