import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

type Value = string | number | boolean | Value[]

export type CollectedSpan = {
  traceId: string
  spanId: string
  parentId: string
  name: string
  /** 1 internal, 2 server, 3 client, 5 consumer. */
  kind: number
  facts: Record<string, Value>
  /** Ids of the spans it points to. */
  links: string[]
  failed: boolean
  /** What the process says of itself. */
  resource: Record<string, Value>
}

export type Collector = AsyncDisposable & {
  url: string
  requests: { path: string; headers: IncomingHttpHeaders; bytes: Buffer }[]
  readonly spans: CollectedSpan[]
  /** The only span of that name. */
  span(name: string): CollectedSpan
}

/** An OpenTelemetry collector on a loopback port that reads OTLP’s protobuf. */
export async function openCollector(): Promise<Collector> {
  const requests: Collector['requests'] = []
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part)
    const { url: path = '', headers } = incoming
    requests.push({ path, headers, bytes: Buffer.concat(parts) })
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get spans() {
      return requests.flatMap(({ bytes }) => spansIn(bytes))
    },
    span(name) {
      const named = collector.spans.filter((span) => span.name === name)
      const names = collector.spans.map((span) => span.name).join(', ')
      if (named.length !== 1) throw new Error(`${named.length} spans ${name} among: ${names}`)
      return named[0] as CollectedSpan
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
  return collector
}

/** Numbers of fields and wire types: opentelemetry-proto, trace/v1/trace.proto. */
function spansIn(bytes: Buffer): CollectedSpan[] {
  return messages(read(bytes), 1).flatMap((resourceSpans) => {
    const resource = factsIn(messages(resourceSpans, 1).flatMap((one) => messages(one, 1)))
    const scopes = messages(resourceSpans, 2)
    return scopes.flatMap((scope) => messages(scope, 2).map((span) => toSpan(span, resource)))
  })
}

function toSpan(span: Field[], resource: CollectedSpan['resource']): CollectedSpan {
  const hex = (fields: Field[], number: number) => bytesOf(fields, number)?.toString('hex') ?? ''
  return {
    ...{ traceId: hex(span, 1), spanId: hex(span, 2), parentId: hex(span, 4) },
    ...{ name: String(bytesOf(span, 5)), kind: Number(span.find((f) => f.number === 6)?.value) },
    ...{ facts: factsIn(messages(span, 9)), links: messages(span, 13).map((link) => hex(link, 2)) },
    failed: messages(span, 15).some((status) =>
      status.some((f) => f.number === 3 && f.value === 2),
    ),
    resource,
  }
}

type Field = { number: number; value: Buffer | number }

function read(bytes: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the message is cut')
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  const take = (size: number) => {
    if (at + size > bytes.length) throw new Error('the message is cut')
    at += size
    return bytes.subarray(at - size, at)
  }
  while (at < bytes.length) {
    const tag = varint()
    const [number, type] = [Math.floor(tag / 8), tag % 8]
    if (type === 0) fields.push({ number, value: varint() })
    else if (type === 1) fields.push({ number, value: take(8).readDoubleLE() })
    else if (type === 2) fields.push({ number, value: take(varint()) })
    else if (type === 5) fields.push({ number, value: take(4).readUInt32LE() })
    else throw new Error(`no such wire type: ${type}`)
  }
  return fields
}

function bytesOf(fields: Field[], number: number): Buffer | undefined {
  const value = fields.find((field) => field.number === number)?.value
  return Buffer.isBuffer(value) ? value : undefined
}

function messages(fields: Field[], number: number): Field[][] {
  return fields.flatMap(({ number: own, value }) =>
    own === number && Buffer.isBuffer(value) ? [read(value)] : [],
  )
}

function factsIn(pairs: Field[][]): Record<string, Value> {
  return Object.fromEntries(
    pairs.map((pair) => [
      String(bytesOf(pair, 1)),
      anyValue(read(bytesOf(pair, 2) ?? Buffer.of())),
    ]),
  )
}

function anyValue([field]: Field[]): Value {
  if (!field) return ''
  const { number, value } = field
  if (Buffer.isBuffer(value)) {
    return number === 5 ? messages(read(value), 1).map(anyValue) : value.toString()
  }
  return number === 2 ? value === 1 : value
}
