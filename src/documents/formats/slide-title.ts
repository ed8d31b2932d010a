/** Whether the first text of a slide without a title placeholder serves as one. */
export function isTitle(text: string | undefined): boolean {
  return text !== undefined && text !== '' && text.length <= 100 && !text.includes('\n')
}

/** A title set over two lines is one. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
