import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Ctx } from '../context.ts'
import { backlog } from '../store/backlog.ts'
import type { Meter } from './meter.ts'

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const FIRST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]

/** A meter in Prometheus’s own client, with the process’s memory, CPU and event loop delay. */
export function prometheusMeter(ctx: () => Ctx): Meter {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    ...{ name: 'homecourt_request_seconds', help: 'Requests, until the last byte was sent.' },
    ...{ labelNames: ['method', 'route', 'status'], buckets: REQUEST_SECONDS, registers },
  })
  const legs = new Counter({
    ...{ name: 'homecourt_runs_total', help: 'Runs by how they, or their leg, ended.' },
    ...{ labelNames: ['provider', 'status'], registers },
  })
  const tokens = new Counter({
    ...{ name: 'homecourt_tokens_total', help: 'Tokens that providers have counted.' },
    ...{ labelNames: ['provider', 'kind'], registers },
  })
  const cost = new Counter({
    ...{ name: 'homecourt_cost_usd_total', help: 'What runs have cost, where the price is known.' },
    ...{ labelNames: ['provider'], registers },
  })
  const first = new Histogram({
    ...{ name: 'homecourt_provider_first_seconds', help: 'Time to the first piece of an answer.' },
    ...{ labelNames: ['provider'], buckets: FIRST_SECONDS, registers },
  })
  const errors = new Counter({
    ...{ name: 'homecourt_provider_errors_total', help: 'Answers of providers that broke.' },
    ...{ labelNames: ['provider', 'kind'], registers },
  })
  measureHere(ctx, registers)
  return {
    request: ({ method, route, status, seconds }) =>
      requests.labels(method, route, String(status)).observe(seconds),
    leg({ provider, status, usage, cost: dollars }) {
      legs.labels(provider, status).inc()
      if (usage) tokens.labels(provider, 'input').inc(usage.inputTokens)
      if (usage) tokens.labels(provider, 'output').inc(usage.outputTokens)
      if (dollars) cost.labels(provider).inc(dollars)
    },
    provider({ provider, firstSeconds, error }) {
      if (firstSeconds !== null) first.labels(provider).observe(firstSeconds)
      if (error !== null) errors.labels(provider, error).inc()
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

/** What is looked up when it is asked for. The queue is everybody’s: take its maximum, not its sum. */
function measureHere(ctx: () => Ctx, registers: Registry[]) {
  new Gauge({
    ...{ name: 'homecourt_live_runs', help: 'Runs this process is executing.', registers },
    collect() {
      this.set(ctx().live.ids().length)
    },
  })
  new Gauge({
    ...{ name: 'homecourt_queue_depth', help: 'Documents and memories that wait for a worker.' },
    ...{ labelNames: ['kind'], registers },
    async collect() {
      for (const { kind, waiting } of await backlog(ctx().db)) this.set({ kind }, waiting)
    },
  })
  new Gauge({
    ...{ name: 'homecourt_queue_oldest_seconds', help: 'How long the oldest of it has waited.' },
    ...{ labelNames: ['kind'], registers },
    async collect() {
      const now = ctx().clock().getTime()
      for (const { kind, oldest } of await backlog(ctx().db)) {
        this.set({ kind }, oldest ? (now - oldest.getTime()) / 1_000 : 0)
      }
    },
  })
}
