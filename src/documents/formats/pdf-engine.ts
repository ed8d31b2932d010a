import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { getDocument, PDFDocumentProxy } from 'pdfjs-dist'

export type OpenPdf = (bytes: Uint8Array) => Promise<PDFDocumentProxy>

/**
 * Loads pdf.js for text alone. It looks for a canvas at its first import and speaks of rendering
 * when it finds none: stand-ins for what only rendering uses keep it from both. Its own worker runs
 * in this thread, which is one already.
 */
export async function loadPdfEngine(): Promise<OpenPdf> {
  const globals = globalThis as Record<string, unknown>
  for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) globals[name] ??= class {}
  const push = Object.getOwnPropertyDescriptor(Array.prototype, 'push')
  await import('pdfjs-dist/legacy/build/pdf.worker.min.mjs')
  const pdfjs: { getDocument: typeof getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  // For a corner case of older engines its polyfills replace `push`, which costs a fifth of the time.
  if (push) Object.defineProperty(Array.prototype, 'push', push)
  return (bytes) =>
    pdfjs.getDocument({
      data: bytes,
      verbosity: 0,
      cMapUrl: characterMaps(),
      cMapPacked: true,
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      useWasm: false,
      enableXfa: false,
    }).promise
}

/** A build puts the maps beside its output; from source they are in their package. */
function characterMaps() {
  const beside = fileURLToPath(new URL('./cmaps/', import.meta.url))
  if (existsSync(beside)) return beside
  const manifest = createRequire(import.meta.url).resolve('pdfjs-dist/package.json')
  return join(dirname(manifest), 'cmaps/')
}
