import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { build, defineConfig, type Plugin } from "vite";

// FANGWEI_WEB_PORT: where the platform listens while the page is developed with `npm run dev`.
const platform = `http://127.0.0.1:${process.env.FANGWEI_WEB_PORT ?? "8080"}`;
const out = resolve(import.meta.dirname, "../src/fangwei/web");

/** What the phone keeps besides its own chunks. */
const BESIDE = ["/icon.svg", "/icon-192.png", "/manifest.webmanifest"];

/** Too large to be fetched by every phone at once: kept from the first time it is needed. */
const LATER = ["FormView"];

/** The phone's service worker: one file under a name that stays, holding the list of what it keeps and a version made
 * of that list, so that any change of the phone's page is a new worker. */
function phoneWorker(): Plugin {
  let shell: string[] = [];
  let later: string[] = [];
  return {
    name: "phone-worker",
    apply: "build",
    // When everything is written: chunks that held nothing but styles are gone by then.
    writeBundle(_, bundle) {
      const wanted = new Set<string>();
      const put = new Set<string>();
      const take = (file: string, into = wanted) => {
        const chunk = bundle[file];
        if (into.has(file) || chunk?.type !== "chunk") return;
        const where = into === wanted && LATER.includes(chunk.name) ? put : into;
        where.add(file);
        chunk.viteMetadata?.importedCss.forEach((css) => where.add(css));
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) take(next, where);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry && chunk.facadeModuleId?.endsWith("phone.html")) take(chunk.fileName);
      }
      if (wanted.size === 0) this.error("the phone's entry is not in the bundle");
      if (put.size === 0) this.error(`none of ${LATER.join(", ")} is in the bundle`);
      for (const file of [...wanted, ...put]) if (!existsSync(resolve(out, file))) this.error(`${file} is in the phone's list and not written`);
      shell = ["/m", ...BESIDE, ...[...wanted].sort().map((file) => `/${file}`)];
      later = [...put].filter((file) => !wanted.has(file)).sort().map((file) => `/${file}`);
    },
    async closeBundle() {
      const hash = createHash("sha256").update([...shell, ...later].join("\n"));
      for (const file of ["phone.html", "manifest.webmanifest"]) hash.update(readFileSync(resolve(out, file)));
      await build({
        configFile: false,
        root: import.meta.dirname,
        publicDir: false,
        logLevel: "warn",
        define: { SHELL: JSON.stringify(shell), LATER: JSON.stringify(later), VERSION: JSON.stringify(hash.digest("hex").slice(0, 12)) },
        build: {
          outDir: out,
          emptyOutDir: false,
          target: "es2022",
          lib: { entry: "src/features/mobile/sw.ts", formats: ["iife"], name: "worker", fileName: () => "sw.js" },
        },
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), phoneWorker()],
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": {
        target: platform,
        ws: true,
        changeOrigin: true,
        // The platform takes commands from its own page only; here the dev server stands in for it.
        configure: (proxy) => {
          const own = (request: { setHeader(name: string, value: string): void }) => request.setHeader("origin", platform);
          proxy.on("proxyReq", own);
          proxy.on("proxyReqWs", own);
        },
      },
    },
  },
  build: {
    outDir: out, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: ["index.html", "phone.html"] },
  },
});
