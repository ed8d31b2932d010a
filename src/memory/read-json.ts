import { jsonrepair } from 'jsonrepair'

/**
 * The JSON in a model's answer, mended where models commonly break it: thoughts before it, fences,
 * words around it, a closing that was cut off, quotes, commas and line breaks that JSON has not.
 * Undefined where there is none.
 */
export function readJson(answer: string): unknown {
  const text = answer
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, '')
    .replace(/```(?:json)?/gi, '')
    .trim()
  const start = text.search(/[[{]/)
  if (start < 0) return undefined
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const body = text.slice(start, end > start ? end + 1 : undefined)
  for (const mend of [() => body, () => closed(text.slice(start)), () => repaired(body)]) {
    try {
      return JSON.parse(mend())
    } catch {
      // The next mends it further.
    }
  }
  return undefined
}

/** Words in brackets are no JSON that broke: without quotes there is nothing to mend. */
const repaired = (body: string) => (/[[{:,]\s*["'“‘]/.test(body) ? jsonrepair(body) : body)

/** A text of a model as it can be stored: databases refuse NUL and halves of surrogate pairs. */
export function storableText(text: string, chars: number): string {
  return text.replaceAll('\0', '').slice(0, chars).toWellFormed().trim()
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
