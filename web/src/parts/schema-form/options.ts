/** The options that a plugin declares, and a draft of their values: what is wrong with it and what a save sends. Pure. */
import { schemaForm as text } from "@/lib/text/schema-form";

export type Choice = string | number | boolean;

export interface Option {
  name: string;
  type: "string" | "number" | "boolean" | "enum" | "secret";
  title: string;
  description: string;
  default: Choice | undefined;
  choices: readonly Choice[];
  minimum: number | undefined;
  maximum: number | undefined;
  pattern: string | undefined;
  isMultiline: boolean;
  isRequired: boolean;
}

/** `text` is null as long as nobody touched it; an empty text takes a secret out. */
export interface SecretDraft {
  isSet: boolean;
  text: string | null;
}

export type OptionDraft = string | boolean | SecretDraft;
export type OptionsDraft = Readonly<Record<string, OptionDraft>>;
export type OptionProblems = Readonly<Record<string, string>>;

const types: readonly string[] = ["string", "number", "boolean", "enum", "secret"];

/** Of a `settings_schema`; what this page cannot draw is left out, and so kept as it is by a save. What is needed comes first. */
export function optionsOf(schema: unknown): readonly Option[] {
  const { properties, required } = members(schema);
  const needed = Array.isArray(required) ? (required as unknown[]) : [];
  const all = Object.entries(members(properties)).flatMap(([name, declared]) => {
    const told = members(declared);
    const type = typeof told.type === "string" && types.includes(told.type) ? (told.type as Option["type"]) : null;
    return type ? [optionOf(name, type, told, needed.includes(name))] : [];
  });
  return [...all.filter(({ isRequired }) => isRequired), ...all.filter(({ isRequired }) => !isRequired)];
}

function optionOf(name: string, type: Option["type"], told: Record<string, unknown>, isRequired: boolean): Option {
  return {
    name,
    type,
    title: typeof told.title === "string" && told.title ? told.title : spoken(name),
    description: typeof told.description === "string" ? told.description : "",
    default: isChoice(told.default) ? told.default : undefined,
    choices: Array.isArray(told.enum) ? (told.enum as unknown[]).filter(isChoice) : [],
    minimum: typeof told.minimum === "number" ? told.minimum : undefined,
    maximum: typeof told.maximum === "number" ? told.maximum : undefined,
    pattern: typeof told.pattern === "string" ? told.pattern : undefined,
    isMultiline: told.multiline === true,
    isRequired,
  };
}

/** `min_severity` as `Min severity`: what is shown where a plugin gives no title. */
function spoken(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/**
 * What belongs to a switch, as `mock_files` to `mock`, comes behind it and only while that is on, or while something is
 * wrong there; a switch with more behind it comes last.
 */
export function shownOf(options: readonly Option[], draft: OptionsDraft, problems: OptionProblems): readonly Option[] {
  const all = options.filter(({ type }) => type === "boolean");
  const switches = all.filter(({ name }) => !all.some((other) => name.startsWith(`${other.name}_`)));
  const switchOf = ({ name }: Option): Option | undefined => switches.find((one) => name.startsWith(`${one.name}_`));
  const leads = new Set(options.map(switchOf));
  const groups = switches.filter((one) => leads.has(one)).flatMap((one) => [one, ...options.filter((other) => switchOf(other) === one && (draft[one.name] === true || problems[other.name]))]);
  return [...options.filter((one) => !leads.has(one) && !switchOf(one)), ...groups];
}

/** What is saved, as it is edited. Secrets may come with the settings or be given beside them. */
export function draftOf(options: readonly Option[], saved: Readonly<Record<string, unknown>> | null | undefined): OptionsDraft {
  return Object.fromEntries(options.map((option) => [option.name, drafted(option, saved?.[option.name])]));
}

function drafted(option: Option, value: unknown): OptionDraft {
  if (option.type === "secret") return { isSet: value !== undefined && value !== null, text: null };
  if (option.type === "boolean") return typeof value === "boolean" ? value : option.default === true;
  return isChoice(value) ? String(value) : "";
}

export function problemsOf(options: readonly Option[], draft: OptionsDraft): OptionProblems {
  return Object.fromEntries(
    options.flatMap((option) => {
      const problem = problemOf(option, draft[option.name]);
      return problem ? [[option.name, problem]] : [];
    }),
  );
}

function problemOf(option: Option, value: OptionDraft | undefined): string | null {
  if (typeof value === "boolean") return null;
  const isThere = typeof value === "object" ? (value.text === null ? value.isSet : value.text !== "") : Boolean(value?.trim());
  if (!isThere) return option.isRequired && option.default === undefined ? text.missing : null;
  if (typeof value !== "string") return null;
  if (option.type === "number") return numberProblem(option, Number(value));
  return option.pattern && !matches(option.pattern, value) ? text.badPattern(option.pattern) : null;
}

function numberProblem({ minimum, maximum }: Option, value: number): string | null {
  if (!Number.isFinite(value)) return text.noNumber;
  if (minimum !== undefined && value < minimum) return text.tooSmall(minimum);
  return maximum !== undefined && value > maximum ? text.tooLarge(maximum) : null;
}

/** A pattern that this language does not know is the server's to judge. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

export interface ChangedOptions {
  settings: Record<string, Choice | null>;
  secrets: Record<string, string | null>;
}

/** Only what differs from what is saved; null takes an option out, so that its default holds again. */
export function changedOf(options: readonly Option[], draft: OptionsDraft, saved: OptionsDraft): ChangedOptions {
  const changed: ChangedOptions = { settings: {}, secrets: {} };
  for (const option of options) {
    const value = draft[option.name];
    if (value === undefined) continue;
    if (typeof value === "object") {
      if (value.text !== null && (value.text !== "" || value.isSet)) changed.secrets[option.name] = value.text || null;
    } else if (value !== saved[option.name]) changed.settings[option.name] = valueOf(option, value);
  }
  return changed;
}

export function isChanged({ settings, secrets }: ChangedOptions): boolean {
  return Object.keys(settings).length + Object.keys(secrets).length > 0;
}

function valueOf(option: Option, value: string | boolean): Choice | null {
  if (typeof value === "boolean") return value;
  if (value === "") return null;
  if (option.type === "enum") return option.choices.find((choice) => String(choice) === value) ?? value;
  return option.type === "number" ? Number(value) : value;
}

/** What the server said of single options: `settings.url`, `secrets.token`, `backend_config.bucket`. */
export function refusedOptions(options: readonly Option[], fields: readonly { field: string; problem: string }[]): OptionProblems {
  const names = new Set(options.map(({ name }) => name));
  return Object.fromEntries(
    fields.flatMap(({ field, problem }) => {
      const name = field.slice(field.indexOf(".") + 1);
      return names.has(name) ? [[name, problem]] : [];
    }),
  );
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function isChoice(value: unknown): value is Choice {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
