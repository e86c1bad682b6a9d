export { changedOf, type ChangedOptions, draftOf, isChanged, type Option, type OptionProblems, type OptionsDraft, optionsOf, problemsOf, refusedOptions, shownOf } from "./options";
export { SchemaForm, type SchemaFormProps } from "./SchemaForm";
export { SecretField } from "./SecretField";
