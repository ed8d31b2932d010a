import { runInNewContext } from 'node:vm'

const longestText = 4_000
const patienceMs = 100

/**
 * The groups of the first match in the first 4,000 characters, or null. The pattern is someone
 * else's and may backtrack for ever: after 100 ms it throws, as it does for a malformed pattern.
 */
export function matchRegex(source: string, flags: string, text: string): string[] | null {
  const input = { source, flags, text: text.slice(0, longestText) }
  const code = 'JSON.stringify(new RegExp(source, flags).exec(text))'
  const found: unknown = runInNewContext(code, input, { timeout: patienceMs })
  return JSON.parse(String(found))?.map((group: string | null) => group ?? '') ?? null
}
