/**
 * The JSON in a model's answer, mended where models commonly break it: fences, words around it,
 * comments, commas at the end, and a closing that was cut off. Undefined where there is none.
 */
export function readJson(answer: string): unknown {
  const text = answer.replace(/```(?:json)?/gi, '').trim()
  const start = text.search(/[[{]/)
  if (start < 0) return undefined
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const body = text.slice(start, end > start ? end + 1 : undefined)
  const plain = body.replace(/,\s*(?=[}\]])/g, '')
  for (const one of [body, plain, closed(text.slice(start))]) {
    try {
      return JSON.parse(one)
    } catch {
      // The next is mended further.
    }
  }
  return undefined
}

/** A text that stops in the middle, cut back to its last whole value and closed. */
function closed(text: string): string {
  const open: string[] = []
  let whole = ''
  let inText = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (inText) {
      if (letter === '\\') at += 1
      else if (letter === '"') inText = false
    } else if (letter === '"') inText = true
    else if (letter === '{' || letter === '[') open.push(letter === '{' ? '}' : ']')
    else if (letter === '}' || letter === ']') open.pop()
    if (!inText && /[}\]"]/.test(letter)) whole = text.slice(0, at + 1) + open.toReversed().join('')
    if (open.length === 0) break
  }
  return whole
}
