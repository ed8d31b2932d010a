declare module 'word-extractor' {
  type Word = Record<'getBody' | 'getFootnotes' | 'getEndnotes' | 'getTextboxes', () => string>
  class WordExtractor {
    extract(source: Buffer): Promise<Word>
  }
  export = WordExtractor
}

declare module 'pdfjs-dist/legacy/build/pdf.worker.min.mjs' {}
