import type { RunStatus } from '../db/schema.ts'
import type { Usage } from '../models/model.ts'

/** What a leg of a run came to. */
export type LegMeasure = {
  provider: string
  status: RunStatus
  usage: Usage | null
  /** US dollars; null where the price is not known. */
  cost: number | null
}

/** Counts what happens in this process, for Prometheus to read. */
export interface Meter {
  request(measure: { method: string; route: string; status: number; seconds: number }): void
  leg(measure: LegMeasure): void
  /** A provider's answer: seconds to its first piece, null where there was none; and why it failed. */
  provider(measure: { provider: string; firstSeconds: number | null; error: string | null }): void
  /** All of it, in the text format of Prometheus. */
  text(): Promise<{ contentType: string; body: string }>
}
