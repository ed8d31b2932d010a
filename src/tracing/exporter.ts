import { parseKeyPairsIntoRecord } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Config } from '../config.ts'

type Log = { warn(fields: object, message: string): void }

/** How long one batch may take, with its retries; a stop never waits longer for a silent collector. */
const EXPORT_MS = 2_000

/** Sends batches to the collector. Its loss is told once, and so is its return. */
export function openExporter(config: Config, log: Log): SpanExporter {
  const exporter = new OTLPTraceExporter({
    url: endpointOf(config),
    headers: parseKeyPairsIntoRecord(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: EXPORT_MS,
  })
  let lost = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // 0 is success. The message of a failure names an address or a status, no span.
        const failed = result.code !== 0
        if (failed && !lost) {
          log.warn({ reason: reasonOf(result.error) }, 'traces are not taken; work goes on without')
        }
        if (!failed && lost) log.warn({}, 'traces are taken again')
        lost = failed
        done(failed ? { code: 0 } : result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}

/** Resolves when `work` ends, well or not, or when the time is up. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}

/** The general address is a base; the one for traces is used as it is. */
function endpointOf(config: Config): string {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: base } = config
  return own || `${base.replace(/\/+$/, '')}/v1/traces`
}

function reasonOf(error: Error | undefined): string {
  const code = error && 'code' in error ? error.code : undefined
  return String(code ?? error?.name ?? 'unknown')
}
