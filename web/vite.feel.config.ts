import { resolve } from "node:path";
import { defineConfig } from "vite";

/** The FEEL interpreter in one file for the platform's own V8, which knows no modules. Built after the page, which
 * empties the folder. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: resolve(import.meta.dirname, "../src/fangwei/web/feel"),
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: "feel/feel.ts", formats: ["iife"], name: "feel", fileName: () => "feelin.js" },
  },
});
