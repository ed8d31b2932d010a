import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A stand-in for OpenAI's chat completions, in a process of its own. The model's name is its script:
 * `words-200-20` says 200 words, one every 20 ms (0 = as fast as they can be written), and
 * `rounds-20-4` asks for 4 tools at once, 20 times, before it answers in one word.
 */
type Asked = { model: string; stream?: boolean; messages: { role: string }[] }

const server = createServer((request, response) => {
  if (request.method === 'GET') return listModels(response)
  const parts: Buffer[] = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => answer(JSON.parse(Buffer.concat(parts).toString()), response))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})

function answer({ model, stream, messages }: Asked, response: ServerResponse) {
  const [script, ...numbers] = model.split('-')
  const [first = 1, second = 0] = numbers.map(Number)
  if (!stream) return sendWhole(response)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (script !== 'rounds') return say(response, first, second)
  const outputs = messages.filter(({ role }) => role === 'tool').length
  if (outputs >= first * second) return say(response, 1, 0)
  for (let i = 0; i < second; i += 1) response.write(call(i, `call_${outputs + i}`))
  end(response, 'tool_calls')
}

/** As many as a large server has, so that the whole catalogue is past 2,500. */
function listModels(response: ServerResponse) {
  const data = Array.from({ length: 1_200 }, (_, i) => ({ id: `bench-${i}`, object: 'model' }))
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ object: 'list', data }))
}

function say(response: ServerResponse, words: number, paceMs: number) {
  let said = 0
  const next = () => {
    response.write(chunk({ content: said === 0 ? 'Firstly' : ' another' }))
    said += 1
    if (said === words) end(response, 'stop')
    else if (paceMs > 0) setTimeout(next, paceMs)
    else setImmediate(next)
  }
  next()
}

function call(index: number, id: string) {
  const called = { name: 'get_weather', arguments: '{"city":"Oslo"}' }
  return chunk({ tool_calls: [{ index, id, type: 'function', function: called }] })
}

function end(response: ServerResponse, reason: string) {
  const usage = `data: {${ids},"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":10}}\n\n`
  response.end(`${chunk({}, `"${reason}"`)}${usage}data: [DONE]\n\n`)
}

const ids = '"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"bench"'

function chunk(delta: object, reason = 'null') {
  const choice = `{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${reason}}`
  return `data: {${ids},"choices":[${choice}]}\n\n`
}

function sendWhole(response: ServerResponse) {
  const message = { role: 'assistant', content: 'Firstly' }
  const body = JSON.stringify({
    ...{ id: 'chatcmpl-bench', object: 'chat.completion' },
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 20, completion_tokens: 10 },
  })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}
