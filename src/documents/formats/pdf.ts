import type { PDFDocumentProxy } from 'pdfjs-dist'
import { DocumentError, damaged } from '../document-error.ts'
import type { ParsedDocument, ParseLimits } from '../parsed.ts'
import { loadPdfEngine } from './pdf-engine.ts'
import { layoutBlocks } from './pdf-layout.ts'
import { type Line, linesOf } from './pdf-lines.ts'

const what = 'PDF'

/** A PDF by its text: pages, and headings as far as the size of the type shows them. */
export async function readPdf(bytes: Uint8Array, limits: ParseLimits): Promise<ParsedDocument> {
  const open = await loadPdfEngine()
  const pdf = await open(bytes).catch((error: unknown) => {
    throw readable(error)
  })
  try {
    return await readPages(pdf, limits)
  } catch (error) {
    throw damaged(what, error)
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function readPages(pdf: PDFDocumentProxy, limits: ParseLimits): Promise<ParsedDocument> {
  if (pdf.numPages > limits.pages) {
    const [has, most] = [pdf.numPages.toLocaleString('en'), limits.pages.toLocaleString('en')]
    throw new DocumentError(
      'too_large',
      `The PDF has ${has} pages; at most ${most} are read. Split it and upload the parts.`,
    )
  }
  const pages: Line[][] = []
  let characters = 0
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const lines = await readPage(pdf, number)
    characters += lines.reduce((total, line) => total + line.text.length, 0)
    if (characters > limits.characters) {
      throw new DocumentError(
        'too_large',
        `The PDF has too much text from page ${number} on; split it.`,
      )
    }
    pages.push(lines)
  }
  const blank = pages.filter((lines) => lines.length === 0).length
  if (blank === pages.length) throw noText(pages.length)
  const title = await titleOf(pdf)
  return {
    blocks: layoutBlocks(pages),
    ...(title ? { title } : {}),
    ...(blank > 0 ? { warnings: [`${blank} of ${pages.length} pages have no text.`] } : {}),
  }
}

async function readPage(pdf: PDFDocumentProxy, number: number): Promise<Line[]> {
  const page = await pdf.getPage(number)
  try {
    const { items } = await page.getTextContent()
    return linesOf(items.filter((item) => 'str' in item))
  } finally {
    page.cleanup()
  }
}

async function titleOf(pdf: PDFDocumentProxy) {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
  const title = (info as { Title?: unknown }).Title
  return typeof title === 'string' ? title.trim().slice(0, 300) : ''
}

function noText(pages: number) {
  const which = pages === 1 ? 'Its page has' : `None of its ${pages} pages has`
  return new DocumentError(
    'no_text',
    `The PDF has no text; it may be scanned. ${which} more than pictures: ` +
      'run text recognition (OCR) on it and upload it again.',
  )
}

function readable(error: unknown) {
  if (error instanceof Error && error.name === 'PasswordException') {
    return new DocumentError(
      'encrypted',
      'The PDF is encrypted; remove its password and upload it again.',
    )
  }
  return damaged(what, error)
}
