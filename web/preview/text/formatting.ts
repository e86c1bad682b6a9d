/** JSON with line breaks and indents, every value left as it was written: a number of 30 digits keeps all of them. */

const STRING_OR_MARK = /"(?:\\.|[^"\\])*"|[[\]{},:]|[^\s"[\]{},:]+/g;
const INDENT = "  ";

/** Nothing when the text is not one JSON value. */
export function formattedJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const parts: string[] = [];
  let depth = 0;
  let before = "";
  for (const [part] of text.matchAll(STRING_OR_MARK)) {
    const closes = part === "}" || part === "]";
    const isEmpty = closes && (before === "{" || before === "[");
    if (closes) depth--;
    if (!isEmpty && (closes || before === "{" || before === "[" || before === ",")) parts.push("\n", INDENT.repeat(depth));
    parts.push(part === ":" ? ": " : part);
    if (part === "{" || part === "[") depth++;
    before = part;
  }
  return parts.join("");
}
