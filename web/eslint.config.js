import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const untrusted = {
  selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
  message: "Names and texts of others are shown as text, never as HTML.",
};
const kept = ["localStorage", "sessionStorage"].map((name) => ({
  name,
  message: "Only src/lib/preferences.ts keeps anything, and never a token.",
}));
const asking = ["fetch", "EventSource", "XMLHttpRequest", "WebSocket"].map((name) => ({
  name,
  message: "Only src/api asks the server.",
}));

const fetching = [
  { name: "@tanstack/react-router", importNames: ["lazyRouteComponent"] },
  { name: "react", importNames: ["lazy"] },
].map((one) => ({ ...one, message: "Parts that are fetched later come from @/parts/later, which can ask again." }));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "screens", "public", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { globals: globals.browser },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-empty-function": "off",
      "no-restricted-globals": ["error", ...asking, ...kept],
      "no-restricted-syntax": ["error", untrusted],
      "no-restricted-imports": ["error", { paths: fetching }],
      "no-console": "error",
      "react-hooks/incompatible-library": "off",
    },
  },
  { files: ["src/api/**"], rules: { "no-restricted-globals": ["error", ...kept] } },
  { files: ["src/lib/preferences.ts"], rules: { "no-restricted-globals": ["error", ...asking] } },
  { files: ["src/main.tsx"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.{js,ts}", "scripts/**", "worker/*.ts"], languageOptions: { globals: globals.node } },
  { files: ["worker/worker.js"], languageOptions: { globals: { ...globals.serviceworker, BUILD: "readonly" } } },
  {
    files: ["**/*.test.{ts,tsx}", "vitest.setup.ts"],
    rules: {
      "no-restricted-globals": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
