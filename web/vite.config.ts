import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// FANGWEI_WEB_PORT: where the platform listens while the page is developed with `npm run dev`.
const platform = `http://127.0.0.1:${process.env.FANGWEI_WEB_PORT ?? "8080"}`;

export default defineConfig({
  plugins: [react()],
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
  build: { outDir: "../src/fangwei/web", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 1500 },
});
