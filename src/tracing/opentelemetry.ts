import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  SpanKind as Kinds,
  type Link,
  type Span as OpenSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { parseKeyPairsIntoRecord, W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { Config } from '../config.ts'
import { openExporter, within } from './exporter.ts'
import type { Facts, Origin, RemoteParent, Span, SpanKind, Tracer } from './tracer.ts'

type Log = { warn(fields: object, message: string): void }

/** How long a stopping process waits for its last spans to be taken. */
const LAST_SPANS_MS = 2_000
const LONGEST_VALUE = 256

const kinds: Record<SpanKind, Kinds> = {
  internal: Kinds.INTERNAL,
  server: Kinds.SERVER,
  client: Kinds.CLIENT,
  job: Kinds.CONSUMER,
}

/**
 * A tracer in OpenTelemetry’s own SDK. Nothing of it is registered globally: two servers in one
 * process, as tests have them, do not see each other’s spans.
 */
export function openTelemetry(config: Config, version: string, log: Log): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.version': version,
      ...parseKeyPairsIntoRecord(config.OTEL_RESOURCE_ATTRIBUTES),
      'service.name': serviceName(config),
    }),
    sampler: samplerOf(config),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [new BatchSpanProcessor(openExporter(config, log))],
  })
  const tracer = provider.getTracer('homecourt', version)
  const now = new AsyncLocalStorage<Context>()
  const here = () => now.getStore() ?? ROOT_CONTEXT

  const start = (
    name: string,
    facts: Facts,
    kind: SpanKind,
    parent: Context,
    links: Link[] = [],
  ) => {
    const span = tracer.startSpan(name, { kind: kinds[kind], links }, parent)
    const own = trace.setSpan(parent, span)
    const opened = wrap(span, (work) => now.run(own, work))
    opened.set(facts)
    return opened
  }

  return {
    active: true,
    open: (name, facts = {}, kind = 'internal') => start(name, facts, kind, here()),
    request: (name, facts, parent) => start(name, facts, 'server', continued(parent)),
    trace: (name, facts, work, signal) =>
      finish(start(name, facts, 'internal', here()), work, signal),
    job: (name, facts, origin, work) =>
      finish(start(name, facts, 'job', ROOT_CONTEXT, linksTo(origin)), work),
    here() {
      const origin = trace.getSpanContext(here())
      return origin ? { origin } : null
    },
    close: () => within(LAST_SPANS_MS, provider.shutdown()),
  }
}

function wrap(span: OpenSpan, within: Span['within']): Span {
  return {
    set(facts) {
      for (const [name, value] of Object.entries(facts)) {
        if (value !== null && value !== undefined) span.setAttribute(name, value)
      }
    },
    fail(kind) {
      span.setAttribute('error.type', kind)
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
    end: () => span.end(),
    within,
  }
}

async function finish<T>(
  span: Span,
  work: (span: Span) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await span.within(() => work(span))
  } catch (error) {
    // Who was told to stop has not failed.
    if (signal?.aborted) span.set({ 'homecourt.stopped': true })
    else span.fail(kindOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** Our errors have a kind or a code; of others only the class is told. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if ('kind' in error && typeof error.kind === 'string') return error.kind
  return error.name
}

const propagator = new W3CTraceContextPropagator()
const getter = {
  keys: (carrier: RemoteParent) => Object.keys(carrier),
  get(carrier: RemoteParent, key: string) {
    const value = carrier[key]
    return typeof value === 'string' ? value : undefined
  },
}

function continued(parent: RemoteParent): Context {
  return propagator.extract(ROOT_CONTEXT, parent, getter)
}

function linksTo(origin: Origin | null): Link[] {
  return origin ? [{ context: origin.origin as Link['context'] }] : []
}

/** The variable wins over the attribute of the same name, as the standard says. */
function serviceName(config: Config): string {
  const named = parseKeyPairsIntoRecord(config.OTEL_RESOURCE_ATTRIBUTES)['service.name']
  return config.OTEL_SERVICE_NAME || named || 'homecourt'
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share }: Config): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(share)
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}
