/** Facts of a span: ids, names, counts, kinds of failure; never what anybody said. */
export type Facts = Record<string, string | number | boolean | string[] | null | undefined>

/** One piece of work, while it lasts. */
export interface Span {
  set(facts: Facts): void
  /** Marks it as failed, by a word and not by a message: that may hold what somebody said. */
  fail(kind: string): void
  end(): void
  /** Everything that `work` begins is a child of this span. */
  within<T>(work: () => T): T
}

export type SpanKind = 'internal' | 'server' | 'client' | 'job'

/** Headers of a request: W3C Trace Context says where it comes from. */
export type RemoteParent = Readonly<Record<string, string | string[] | undefined>>

/** What a later span may point back to; only its tracer looks inside. */
export type Origin = { readonly origin: unknown }

export interface Tracer {
  /** Whether anybody looks at the spans. */
  readonly active: boolean
  /** A child of the span it is opened within, or else the first of its trace. */
  open(name: string, facts?: Facts, kind?: SpanKind): Span
  /** A request, continuing the trace of its client. */
  request(name: string, facts: Facts, parent: RemoteParent): Span
  /** Does `work` within a span of its own, which fails when it throws. */
  trace<T>(
    name: string,
    facts: Facts,
    work: (span: Span) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /** Does `work` as the first of its trace, pointing to what asked for it. */
  job<T>(name: string, facts: Facts, origin: Origin | null, work: () => Promise<T>): Promise<T>
  /** The span of now, for work that is only begun later. */
  here(): Origin | null
  /** Sends what is left, within a bound. */
  close(): Promise<void>
}

const noSpan: Span = { set() {}, fail() {}, end() {}, within: (work) => work() }

/** Nobody looks: everything is done as if there were no spans. */
export const noTracer: Tracer = {
  active: false,
  open: () => noSpan,
  request: () => noSpan,
  trace: (_name, _facts, work) => work(noSpan),
  job: (_name, _facts, _origin, work) => work(),
  here: () => null,
  async close() {},
}
