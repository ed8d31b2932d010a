import { copyFile, cp, rm } from 'node:fs/promises'
import { build } from 'esbuild'

// Everything but the native module goes into the bundle: a start then reads a few files, not two
// thousand, and what is installed stays small. Chunks that are imported lazily stay files of their own.
await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    main: 'src/main.ts',
    'parse-worker': 'src/documents/parse-worker.ts',
    'parse-watch': 'src/documents/parse-watch.ts',
    'side-worker': 'src/db/side-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: false,
  external: ['better-sqlite3', 'pg-native'],
  logLevel: 'warning',
  // CommonJS inside an ESM bundle still calls these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename ?? ''; const __dirname = import.meta.dirname ?? '';",
  },
})

// What is known of models, and the tokenizer's vocabulary, are read from beside the bundle.
await copyFile('catalog/models.json', 'dist/models.json')
await copyFile('node_modules/gpt-tokenizer/data/o200k_base.tiktoken', 'dist/o200k_base.tiktoken')

// So are the character maps of Chinese, Japanese and Korean PDFs that bring no fonts of their own.
await cp('node_modules/pdfjs-dist/cmaps', 'dist/cmaps', { recursive: true })
