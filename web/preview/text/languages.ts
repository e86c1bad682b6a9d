/**
 * What the scanner knows of languages: enough to tell comments, strings, numbers and keywords apart. A language that
 * is not here is shown plain.
 */

export type TokenKind = "comment" | "string" | "number" | "keyword" | "name" | "added" | "removed";

/** What may go on over several lines: how it begins, how it ends, what it is. */
export interface Span {
  readonly open: string;
  readonly close: string;
  readonly kind: TokenKind;
}

export interface Language {
  readonly spans: readonly Span[];
  /** Named groups are the kinds; the group `word` is looked up in `words`. */
  readonly pattern: string;
  readonly words?: ReadonlySet<string>;
}

const DOUBLE = String.raw`"(?:\\.|[^"\\])*"?`;
const SINGLE = String.raw`'(?:\\.|[^'\\])*'?`;
const NUMBER = String.raw`(?<number>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\w*)`;
const WORD = String.raw`(?<word>[a-z_$@][\w$]*)`;
const BLOCK: Span = { open: "/*", close: "*/", kind: "comment" };
const TEMPLATE: Span = { open: "`", close: "`", kind: "string" };

function words(...lists: string[]): ReadonlySet<string> {
  return new Set(lists.join(" ").split(" "));
}

function code(comment: string, spans: readonly Span[], known: ReadonlySet<string>): Language {
  const pattern = `(?<comment>${comment}.*)|(?<string>${DOUBLE}|${SINGLE})|${NUMBER}|${WORD}`;
  return { spans, pattern, words: known };
}

const FLOW = "if else for while do switch case default break continue return try catch finally throw new this null true false";
const SCRIPT = words(
  FLOW,
  "async await class const delete enum export extends from function implements import in instanceof interface let of",
  "private protected public readonly static super type typeof undefined var void yield abstract declare namespace as satisfies",
);
const BRACES = words(
  FLOW,
  "auto bool boolean byte char class const def double enum extends extern false final float fn fun func go defer chan map impl",
  "implements import include inline int interface let long loop match mod move mut namespace nil None object override package",
  "private protected public pub ref self Self short signed sizeof Some static string struct super template trait type typedef",
  "union unsafe unsigned use using val var virtual void volatile when where yield async await in is as range select",
);
const PYTHON = words(
  "and as assert async await break class continue def del elif else except False finally for from global if import in is",
  "lambda match case None nonlocal not or pass raise return True try while with yield self",
);
const RUBY = words(
  "alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue retry",
  "return self super then true undef unless until when while yield require local function repeat",
);
const SHELL = words(
  "if then else elif fi for while until do done case esac in function return export local readonly set unset exit echo cd",
  "source alias trap shift",
);
const SQL = words(
  "select from where and or not in is null insert into values update set delete create table index view drop alter add",
  "primary key foreign references join left right inner outer on group by order having limit offset union all distinct as",
  "case when then else end begin commit rollback pragma with exists between like default unique check trigger",
);

const LIKE_C = code("//", [BLOCK], BRACES);
const LIKE_SCRIPT = code("//", [BLOCK, TEMPLATE], SCRIPT);
const LIKE_PYTHON = code(
  "#",
  [
    { open: '"""', close: '"""', kind: "string" },
    { open: "'''", close: "'''", kind: "string" },
  ],
  PYTHON,
);
const JSON_LIKE: Language = {
  spans: [],
  pattern: `(?<name>"(?:\\\\.|[^"\\\\])*"(?=\\s*:))|(?<string>${DOUBLE})|${NUMBER}|(?<keyword>\\b(?:true|false|null)\\b)`,
};
const MARKUP: Language = {
  spans: [
    { open: "<!--", close: "-->", kind: "comment" },
    { open: "<![CDATA[", close: "]]>", kind: "string" },
  ],
  pattern: String.raw`(?<keyword><[!/?]?[\w:.-]+|[/?]?>)|(?<name>[\w:.@-]+(?=\s*=))|(?<string>"[^"]*"?|'[^'\s]*')|(?<number>&#?\w+;)`,
};
const SETTINGS: Language = {
  spans: [],
  pattern: `(?<comment>(?<![^\\s])[#;].*)|(?<keyword>^\\s*\\[[^\\]]*\\]+)|(?<name>^[\\s-]*[\\w.$/"'-]+(?=\\s*[:=]))|(?<string>${DOUBLE}|${SINGLE})|${NUMBER}`,
};
const CSS: Language = {
  spans: [BLOCK],
  pattern: `(?<keyword>@[\\w-]+)|(?<name>[\\w-]+(?=\\s*:))|(?<string>${DOUBLE}|${SINGLE})|(?<number>#[\\da-f]{3,8}\\b|-?\\d+(?:\\.\\d+)?[\\w%]*)`,
};
const CSV: Language = { spans: [], pattern: `(?<string>"(?:[^"]|"")*"?)|(?<keyword>[,;\\t])|${NUMBER}` };
const DIFF: Language = {
  spans: [],
  pattern: "(?<comment>^(?:diff|index|---|\\+\\+\\+).*)|(?<name>^@@.*)|(?<added>^\\+.*)|(?<removed>^-.*)",
};
const MARKDOWN: Language = {
  spans: [{ open: "```", close: "```", kind: "string" }],
  pattern: "(?<keyword>^#{1,6} .*)|(?<comment>^>.*)|(?<string>`[^`]*`)|(?<name>!?\\[[^\\]]*\\](?=\\())|(?<number>^\\s*(?:[-*+]|\\d+\\.) )",
};

const BY_EXTENSION: readonly (readonly [string, Language])[] = [
  ["js mjs cjs jsx ts mts cts tsx vue svelte javascript typescript json5", LIKE_SCRIPT],
  ["c h cc cpp cxx hpp hh m mm cs java kt kts scala groovy gradle go rs rust swift dart php proto thrift zig v graphql tf hcl", LIKE_C],
  ["py pyi pyx python jl nim", LIKE_PYTHON],
  ["rb ruby ex exs elixir cr", code("#", [], RUBY)],
  ["lua", code("--", [{ open: "--[[", close: "]]", kind: "comment" }], RUBY)],
  ["sh bash zsh fish shell console dockerfile makefile mk make pl pm r nix cmake ps1", code("#", [], SHELL)],
  ["sql", code("--", [BLOCK], SQL)],
  ["json jsonl ndjson geojson ipynb webmanifest", JSON_LIKE],
  ["html htm xhtml xml xsl xsd svg plist rss atom opf", MARKUP],
  ["yaml yml toml ini cfg conf config properties env service desktop editorconfig lock", SETTINGS],
  ["css scss sass less", CSS],
  ["csv tsv", CSV],
  ["diff patch", DIFF],
  ["md markdown mdown mkd", MARKDOWN],
];

const KNOWN = new Map(BY_EXTENSION.flatMap(([names, language]) => names.split(" ").map((name) => [name, language])));

/** By extension or by the whole name (`Dockerfile`); nothing where the text is best left alone. */
export function languageOf(name: string): Language | undefined {
  const lower = name.toLowerCase();
  return KNOWN.get(lower.slice(lower.lastIndexOf(".") + 1));
}
