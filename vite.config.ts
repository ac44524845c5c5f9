import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { ROUTES } from './src/api/contract.ts';

const contractFile = fileURLToPath(new URL('./src/api/contract.ts', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('./src/web', import.meta.url)),
  plugins: [react(), routesWithoutSchemas(), fontsAsFiles()],
  build: {
    outDir: fileURLToPath(new URL('./dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows neither inline scripts nor data: images, and browsers that need the polyfill
    // of module preloading cannot run the rest either.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_200,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:8080' } },
  },
});

/**
 * Gives the browser the route table without its zod schemas: the client needs method and path only, the server checks
 * every request anyway, and zod would be a fifth of the first page's script.
 */
function routesWithoutSchemas(): Plugin {
  const table = Object.fromEntries(
    Object.entries(ROUTES).map(([name, { method, path, access }]) => [name, { method, path, access }]),
  );
  return {
    name: 'routes-without-schemas',
    enforce: 'pre',
    load: id => (id === contractFile ? `export const ROUTES = ${JSON.stringify(table)};` : undefined),
  };
}

/**
 * Takes the fonts out of Cloudscape's global style sheet, which carries all eight as data: URLs: the style sheet becomes
 * 180 KB smaller, and a browser loads only the two or three weights that a page shows.
 */
function fontsAsFiles(): Plugin {
  return {
    name: 'fonts-as-files',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('global-styles/index.css')) return undefined;
      let count = 0;
      return code.replace(/url\('data:font\/woff2;base64,([^']+)'\)/g, (_, base64: string) => {
        count += 1;
        const source = Buffer.from(base64, 'base64');
        const file = this.emitFile({ type: 'asset', name: `open-sans-${count}.woff2`, source });
        return `url('__VITE_ASSET__${file}__')`;
      });
    },
  };
}
