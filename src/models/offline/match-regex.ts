import { type Context, createContext, Script } from 'node:vm'

const longestText = 4_000
/** The clock runs on while a busy machine gives us no turn, so a second try has more of it. */
const patienceMs = 100

const script = new Script('JSON.stringify(new RegExp(source, flags).exec(text))')
let context: Context | undefined

/**
 * The groups of the first match in the first 4,000 characters, or null. The pattern is someone
 * else's and may backtrack for ever: after about a second it throws, as it does for a malformed
 * pattern.
 */
export function matchRegex(source: string, flags: string, text: string): string[] | null {
  context ??= createContext({})
  Object.assign(context, { source, flags, text: text.slice(0, longestText) })
  const found: unknown = runPatiently(context)
  return JSON.parse(String(found))?.map((group: string | null) => group ?? '') ?? null
}

function runPatiently(within: Context): unknown {
  try {
    return script.runInContext(within, { timeout: patienceMs })
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return script.runInContext(within, { timeout: patienceMs * 10 })
  }
}
