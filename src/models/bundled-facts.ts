import { existsSync, readFileSync } from 'node:fs'
import { type Abilities, type ModelFacts, modelTypes } from './facts.ts'

type Cell = string | number | null
type File = { updated: string; models: Record<string, Cell[][]> }

const letters: Record<keyof Abilities, string> = {
  ...{ tools: 't', vision: 'v', thinking: 'r', json: 'j', audioInput: 'a', videoInput: 'm' },
  ...{ imageOutput: 'I', audioOutput: 'A', videoOutput: 'M' },
}

/** What `npm run catalog:update` wrote. Read when first asked for: a start does not wait for it. */
export function readBundledFacts(): ModelFacts[] {
  const beside = new URL('./models.json', import.meta.url)
  const source = new URL('../../catalog/models.json', import.meta.url)
  const text = readFileSync(existsSync(beside) ? beside : source, 'utf8')
  const { updated, models } = JSON.parse(text) as File
  return Object.entries(models).flatMap(([provider, rows]) =>
    rows.map((cells) => toFacts(provider, updated, cells)),
  )
}

/** The columns are those that `scripts/catalog.js` writes; what is missing at the end is null. */
function toFacts(provider: string, updated: string, cells: Cell[]): ModelFacts {
  const [name, displayName, type, context, maxOutput, can, cannot, dims] = cells
  const number = (cell: Cell | undefined) => (typeof cell === 'number' ? cell : null)
  const [input, output, cachedInput, cacheWrite, imageInput, imageOutput, audioHour] = cells
    .slice(8)
    .map(number)
  return {
    provider,
    name: String(name),
    displayName: typeof displayName === 'string' ? displayName : null,
    type: modelTypes.find((one) => one === type) ?? 'llm',
    context: number(context),
    maxOutput: number(maxOutput),
    dims: number(dims),
    can: toAbilities(String(can), String(cannot)),
    prices: {
      input: input ?? null,
      output: output ?? null,
      cachedInput: cachedInput ?? null,
      cacheWrite: cacheWrite ?? null,
      imageInput: imageInput ?? null,
      imageOutput: imageOutput ?? null,
      audioHour: audioHour ?? null,
    },
    updated,
  }
}

function toAbilities(can: string, cannot: string): Abilities {
  const each = Object.entries(letters).map(([ability, letter]) => [
    ability,
    can.includes(letter) ? true : cannot.includes(letter) ? false : null,
  ])
  return Object.fromEntries(each) as Abilities
}
