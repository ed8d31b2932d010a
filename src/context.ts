import { join } from 'node:path'
import type { Blobs } from './blobs/blobs.ts'
import { openBlobs } from './blobs/open.ts'
import type { Config } from './config.ts'
import type { Db } from './db/db.ts'
import type { Tables } from './db/schema.ts'
import { type DocumentReader, openDocumentReader } from './documents/document-reader.ts'
import type { RateCounter } from './http/rate-counter.ts'
import { growingNumbers, type Ids, uuidsV7 } from './ids.ts'
import { ingestJobOf } from './jobs/ingest-document.ts'
import type { Queue } from './jobs/job.ts'
import { openShares, type Shares } from './jobs/shares.ts'
import { openTogether, type Together } from './jobs/together.ts'
import { writeMemories } from './jobs/write-memories.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Meter } from './metrics/meter.ts'
import { type Models, openModels } from './models/catalog.ts'
import { type Embeddings, openEmbeddings } from './models/embeddings.ts'
import { type ImageModels, openImageModels } from './models/images.ts'
import { openSpeech, type Speech } from './models/speech.ts'
import { LiveRuns } from './runs/live.ts'
import type { CancelNotices } from './runs/notices.ts'
import { Turns } from './runs/turns.ts'
import { sharesNothing } from './shared.ts'
import { noTracer, type Tracer } from './tracing/tracer.ts'
import { version } from './version.ts'
import { openWebSearch, type WebSearch } from './web/web-search.ts'

/** Where unexpected things are told. The methods are pino's. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Everything a part of the server may need and must not make for itself. */
export type Ctx = {
  db: Db
  blobs: Blobs
  queue: Queue
  notices: CancelNotices
  rates: RateCounter
  /** Null where nobody reads it. */
  meter: Meter | null
  tracer: Tracer
  /** Reads uploaded files in processes of their own. */
  reader: DocumentReader
  /** Which of the documents that wait are read now, so that no owner waits for another's. */
  shares: Shares
  /** What is done for several documents at once. */
  together: Together
  models: Models
  /** Null where no backend is configured. */
  web: WebSearch | null
  images: ImageModels
  speech: Speech
  /** Rings for a document that was just stored. */
  ingest(document: Tables['documents']['$inferSelect']): void
  embeddings: Embeddings
  live: LiveRuns
  turns: Turns
  clock: () => Date
  ids: Ids
  /** Keys of passages: whole numbers that grow. */
  chunkKeys: () => number
  log: Log
  limits: Limits
  /** Rings for what an assistant’s exchanges hold to be remembered. */
  remember: (assistantId: string) => void
  /** `provider/model` that finds what to remember; empty is the one that answered. */
  memoryModel: string
  /** Lets running jobs end, and lets go of all but the database. */
  close(): Promise<void>
}

/** What counts, loaded only where it is wanted. */
export type OpenMeter = {
  meter(ctx: () => Ctx): Meter
  models(models: Models, meter: Meter): Models
}

export async function loadMeter(config: Config): Promise<OpenMeter | undefined> {
  if (!config.HOMECOURT_METRICS) return undefined
  const { prometheusMeter } = await import('./metrics/prometheus.ts')
  const { meteredModels } = await import('./metrics/metered-models.ts')
  return { meter: prometheusMeter, models: meteredModels }
}

/** What traces, with the rooms it looks into. */
export type OpenTracer = {
  tracer: Tracer
  models(models: Models, tracer: Tracer): Models
  embeddings(embeddings: Embeddings, tracer: Tracer): Embeddings
}

/** Loaded only where the configuration names a collector. */
export async function loadTracer(config: Config, log: Log): Promise<OpenTracer | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = config
  if (OTEL_EXPORTER_OTLP_ENDPOINT === '' && OTEL_EXPORTER_OTLP_TRACES_ENDPOINT === '') {
    return undefined
  }
  const { openTelemetry } = await import('./tracing/opentelemetry.ts')
  const { tracedModels, tracedEmbeddings } = await import('./tracing/traced-models.ts')
  const tracer = openTelemetry(config, version, log)
  return { tracer, models: tracedModels, embeddings: tracedEmbeddings }
}

/** The database the configuration names. Its migrations are not applied yet. */
export async function openDatabase(config: Config): Promise<Db> {
  if (config.DATABASE_URL !== '') {
    return (await import('./db/postgres.ts')).openPostgres(config.DATABASE_URL, {
      connections: config.HOMECOURT_DATABASE_CONNECTIONS,
      statementMs: config.HOMECOURT_STATEMENT_TIMEOUT_SECONDS * 1_000,
    })
  }
  return (await import('./db/sqlite.ts')).openSqlite({
    path: sqlitePath(config),
    synchronous: config.HOMECOURT_SQLITE_SYNC,
  })
}

export function sqlitePath(config: Config): string {
  return join(config.HOMECOURT_DATA_DIR, 'homecourt.sqlite')
}

/** Everything a server needs, over an open database, and what it shares with other processes. */
export function openContext(
  config: Config,
  db: Db,
  log: Log,
  shared = sharesNothing(),
  openMeter?: OpenMeter,
  traced?: OpenTracer,
): Ctx {
  const clock = shared.clock.now
  const known = openModels(config)
  const meter = openMeter?.meter(() => ctx) ?? null
  const metered = meter && openMeter ? openMeter.models(known, meter) : known
  const vectors = openEmbeddings(config, known.known)
  const ctx: Ctx = {
    db,
    log,
    clock,
    ids: uuidsV7(clock),
    chunkKeys: growingNumbers(clock),
    blobs: openBlobs(config),
    queue: shared.queue(() => ctx),
    notices: shared.notices,
    rates: shared.rates,
    meter,
    tracer: traced?.tracer ?? noTracer,
    reader: openDocumentReader({ memoryMb: config.HOMECOURT_READER_MEMORY_MB }),
    shares: openShares(),
    together: openTogether(db),
    web: openWebSearch(config),
    images: openImageModels(config),
    speech: openSpeech(config),
    ingest: (document) => ctx.queue.ring(ingestJobOf(document), document.id),
    models: traced?.models(metered, traced.tracer) ?? metered,
    embeddings: traced?.embeddings(vectors, traced.tracer) ?? vectors,
    live: new LiveRuns(),
    turns: new Turns(),
    limits: limitsOf(config),
    remember: (assistantId) => ctx.queue.ring(writeMemories, assistantId),
    memoryModel: config.HOMECOURT_MEMORY_MODEL,
    async close() {
      // The queue first: its jobs then know that the reading was stopped, not that the file is bad.
      await ctx.queue.close()
      await ctx.reader.close()
      await ctx.tracer.close()
      shared.close()
    },
  }
  shared.notices.listen((runId) => ctx.live.stop(runId, 'cancelled'))
  return ctx
}

function limitsOf(config: Config): Limits {
  return {
    ...defaultLimits,
    uploadBytes: config.HOMECOURT_MAX_UPLOAD_MB * 1024 * 1024,
    requestsPerMinute: config.HOMECOURT_REQUESTS_PER_MINUTE,
  }
}
