import type { Span, Tracer } from './tracer.ts'

/** A search within a span that tells how much was found, and nothing of what was asked. */
export function traceSearch<T>(
  tracer: Tracer,
  what: 'documents' | 'memories',
  work: () => Promise<T[]>,
  signal: AbortSignal,
): Promise<T[]> {
  const counted = async (span: Span) => {
    const found = await work()
    span.set({ 'homecourt.search.found': found.length })
    return found
  }
  return tracer.trace(`search ${what}`, {}, counted, signal)
}
