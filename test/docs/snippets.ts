import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** A fenced block of a page, with the block that shows its output, if there is one right behind it. */
export type Snippet = { language: string; code: string; shown: string | null; line: number }

const documented = 'http://localhost:8000/api'
const newestSdk = 'backboard-sdk-1.5.0'
const run = promisify(execFile)

/** The examples of a page, in their order. */
export function snippetsOf(page: string): Snippet[] {
  const source = readFileSync(page, 'utf8')
  const blocks = [...source.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((block) => ({
    language: block[1] ?? '',
    code: block[2] ?? '',
    line: source.slice(0, block.index).split('\n').length,
  }))
  return blocks.flatMap((block, i) => {
    if (isOutput(block)) return []
    const next = blocks[i + 1]
    return [{ ...block, shown: next && isOutput(next) ? next.code : null }]
  })
}

const isOutput = ({ language }: { language: string }) => ['text', 'json'].includes(language)

/** Runs an example in a process of its own against the server at `url`. Throws if it fails. */
export async function output({ language, code }: Snippet, url: string): Promise<string> {
  const here = code.replaceAll(documented, url)
  const { stdout } =
    language === 'js'
      ? await run(process.execPath, ['--input-type=module', '-e', withSdk(here)])
      : await run('bash', ['-euo', 'pipefail', '-c', here])
  return stdout
}

const withSdk = (code: string) => code.replaceAll("from 'backboard-sdk'", `from '${newestSdk}'`)

/** Has Python read an example without running it. Null where there is no Python. */
export async function pythonSyntax(code: string): Promise<'fine' | null> {
  try {
    await run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', code])
    return 'fine'
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}
