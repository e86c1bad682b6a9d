import { expect, test } from "vitest";
import { slimmed } from "./slim";

const cut = { replaced: { "./a.js": "class A {}" }, emptied: /^\.\/gone\// };

test("sections are replaced, emptied or kept by their names", () => {
  expect(slimmed("head\n;// ./a.js\nold\n;// ./gone/b.js\nold\n;// ./c.js\nkept\n", cut)).toBe(
    "head\n;// ./a.js\nclass A {}\n;// ./gone/b.js\n;// ./c.js\nkept\n",
  );
});

test("a section that is gone stops the build", () => {
  expect(() => slimmed("head\n;// ./c.js\n", cut)).toThrow("no section ./a.js");
});
