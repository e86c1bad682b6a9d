// One JSON request a line in, one JSON answer a line out.
const readline = require("node:readline");

exports.serve = async (answer) => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let told;
    try {
      told = { ok: await answer(JSON.parse(line)) };
    } catch (error) {
      told = { error: String(error.stack || error.message || error), status: error.status || 0 };
    }
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }
};
