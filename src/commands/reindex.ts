import type { Config } from '../config.ts'
import { type Ctx, openContext, openDatabase } from '../context.ts'
import { reindex as move, type Progress } from '../documents/reindex.ts'
import { AppError } from '../errors.ts'
import { type EmbeddingChoice, readChoice } from '../models/embeddings.ts'
import type { EmbeddingModel } from '../models/model.ts'
import type { Assistant } from '../store/assistants.ts'
import { listAssistantsOf } from '../store/reindex.ts'

type Options = { assistant?: string; owner?: string; all?: boolean; model?: string; dims?: string }

const TELL_MS = 1_000

/**
 * `reindex --assistant ID --model provider/name [--dims N]`: moves assistants to another embedding
 * model, beside a server that goes on answering from the same database. Returns the exit code.
 */
export async function reindex(config: Config, options: Options): Promise<number> {
  const of = whose(options)
  if (!options.model) throw new Error('say which model: --model provider/name, or --model offline')
  const db = await openDatabase(config)
  try {
    await db.migrate()
    const ctx = openContext(config, db, { info() {}, warn() {}, error() {} })
    const to = ctx.embeddings.choose(choiceOf(options.model, options.dims))
    const model = await reach(ctx, to)
    const assistants = await listAssistantsOf(db, of)
    if (assistants.length === 0) throw new Error('no such assistant')
    for (const assistant of assistants) {
      await move(ctx, assistant, { to, model, onProgress: teller(assistant, model) }).catch(
        (error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'not_found') throw error
          tell(`${assistant.id} was deleted meanwhile`)
        },
      )
    }
    tell(`Done: ${assistants.length} on ${model.space}.`)
    return 0
  } finally {
    await db.close()
  }
}

function whose({ assistant, owner, all }: Options) {
  const given = [assistant, owner, all].filter(Boolean).length
  if (given !== 1) throw new Error('say whose: --assistant ID, --owner OWNER, or --all')
  if (assistant) return { assistantId: assistant }
  return owner ? { owner } : ({ all: true } as const)
}

function choiceOf(model: string, dims: string | undefined): EmbeddingChoice {
  const choice = readChoice(model)
  if (dims === undefined) return choice
  if (!/^[1-9]\d{0,4}$/.test(dims)) throw new Error('--dims must be a whole number')
  return { ...choice, embeddingDims: Number(dims) }
}

/** Before anything is written: a model that is not there, or makes other vectors than it should. */
async function reach(ctx: Ctx, to: EmbeddingChoice): Promise<EmbeddingModel> {
  const model = await ctx.embeddings.of(to)
  if (model.provider !== to.embeddingProvider) {
    throw new Error(`${to.embeddingProvider} is not configured here: set its key first`)
  }
  await model.embed(['a first try'], 'query', new AbortController().signal)
  return model
}

function teller({ id, name }: Assistant, { space }: EmbeddingModel) {
  let last = 0
  return (progress: Progress) => {
    const who = `${id} ${JSON.stringify(name)}`
    if (progress.type === 'switched') tell(`${who}: searches use ${space}`)
    else if (progress.type === 'dropped') tell(`${who}: ${progress.vectors} old vectors deleted`)
    else if (progress.done === progress.total || Date.now() - last > TELL_MS) {
      last = Date.now()
      tell(`${who}: ${progress.done} of ${progress.total} passages and memories`)
    }
  }
}

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}
