/** One line of source to coloured pieces. What a line leaves open (a comment, a long string) is handed to the next. */
import type { Language, Span, TokenKind } from "./languages";

export interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

export interface Scanned {
  readonly tokens: readonly Token[];
  /** What is open at the end of the line. */
  readonly open: Span | undefined;
}

/** Longer lines are data rather than source; colouring them costs more than it says. */
const LONGEST = 2000;
const patterns = new WeakMap<Language, RegExp>();

function patternOf(language: Language): RegExp {
  const known = patterns.get(language);
  if (known !== undefined) return known;
  const opens = language.spans.map((span) => span.open.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp([...(opens.length > 0 ? [`(?<open>${opens.join("|")})`] : []), language.pattern].join("|"), "gi");
  patterns.set(language, pattern);
  return pattern;
}

export function scan(line: string, language: Language, open: Span | undefined): Scanned {
  const tokens: Token[] = [];
  let at = 0;
  let span = open;
  if (line.length > LONGEST) return { tokens, open };
  const pattern = patternOf(language);
  for (;;) {
    if (span !== undefined) {
      const begin = at;
      const from = begin + (tokens.length === 0 && span === open ? 0 : span.open.length);
      const close = line.indexOf(span.close, from);
      at = close < 0 ? line.length : close + span.close.length;
      if (at > begin) tokens.push({ start: begin, end: at, kind: span.kind });
      if (close < 0) return { tokens, open: span };
      span = undefined;
    }
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) return { tokens, open: undefined };
    span = language.spans.find((each) => each.open === found.groups?.open);
    at = found.index;
    if (span !== undefined) continue;
    const end = at + Math.max(1, found[0].length);
    const kind = kindOf(found, language);
    if (kind !== undefined) tokens.push({ start: at, end, kind });
    at = end;
  }
}

function kindOf({ groups = {} }: RegExpExecArray, { words }: Language): TokenKind | undefined {
  const { word } = groups;
  if (word !== undefined) return words?.has(word) || words?.has(word.toLowerCase()) ? "keyword" : undefined;
  const named = Object.entries(groups).find(([, text]) => text !== undefined);
  return named?.[0] as TokenKind | undefined;
}
