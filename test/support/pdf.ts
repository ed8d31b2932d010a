/** A PDF of as many pages, each with what `draw` puts on it. */
export function makePdf(
  pages: number,
  draw: (page: number) => string,
  font = '/Subtype/Type1/BaseFont/Helvetica',
): Uint8Array {
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '', `<</Type/Font${font}>>`]
  const kids: string[] = []
  for (let page = 1; page <= pages; page += 1) {
    const content = draw(page)
    objects.push(`<</Length ${content.length}>>\nstream\n${content}\nendstream`)
    const resources = '/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>'
    objects.push(`<</Type/Page/Parent 2 0 R/Contents ${objects.length} 0 R${resources}>>`)
    kids.push(`${objects.length} 0 R`)
  }
  objects[1] = `<</Type/Pages/Count ${pages}/Kids[${kids.join(' ')}]>>`
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, at) => {
    const offset = body.length
    body += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`
  const trailer = `trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF`
  return new Uint8Array(Buffer.from(body + table + trailer, 'latin1'))
}

/** One line of text on a page of `makePdf`. */
export function showText(text: string): string {
  return `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`
}
