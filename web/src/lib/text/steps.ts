/** Words of filter steps, wherever they are edited or explained. */
export const steps = {
  kinds: {
    glob: "Name or path",
    regex: "Expression",
    age: "Age",
    size: "Size",
    mime: "MIME type",
    node: "Node",
    label: "Label",
    replicated: "Replicated",
    access_age: "Last opened",
    annotation: "Annotation",
  },
  not: "not",
  atMost: (value: string) => `at most ${value}`,
  atLeast: (value: string) => `at least ${value}`,
  ignoringCase: "ignoring case",
  neverOpened: "or never",
  state: (name: string) => (name === "any" ? "in any state" : name.replace("_", " ")),
  is: (value: string) => `is ${value}`,
  like: (pattern: string) => `like ${pattern}`,
} as const;
