import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode, notFound, unprocessable } from '../../src/errors.ts'
import { sendError, statusOf } from '../../src/http/errors.ts'
import { ModelError } from '../../src/models/model.ts'

/** What `sendError` makes of an error, without a server around it. */
function told(error: unknown, body: unknown = {}) {
  const sent = {
    status: 0,
    headers: {} as Record<string, string>,
    body: null as unknown,
    logged: 0,
  }
  const reply = {
    raw: { destroyed: false },
    header: (name: string, value: string) => {
      sent.headers[name] = value
    },
    code: (status: number) => ({
      send: (payload: unknown) => Object.assign(sent, { status, body: payload }),
    }),
  }
  const request = { body, log: { error: () => (sent.logged += 1) } }
  sendError(
    error as AppError,
    request as unknown as FastifyRequest,
    reply as unknown as FastifyReply,
  )
  return sent
}

describe('errors as clients read them', () => {
  it.each(Object.entries(statusOf) as [ErrorCode, number][])('%s is a %i', (code, status) => {
    const sent = told(new AppError(code, 'because'))
    expect(sent).toMatchObject({ status, body: { detail: 'because' }, logged: 0 })
  })

  it('a validation error lists its complaints', () => {
    const issue = { loc: ['body', 'x', 1], msg: 'No', type: 'value_error' }
    expect(told(unprocessable(issue.loc, issue.msg, issue.type))).toMatchObject({
      ...{ status: 422, body: { detail: [issue] } },
    })
  })

  it('an unknown thing is the same sentence for everybody', () => {
    expect(told(notFound('Thread'))).toMatchObject({
      ...{ status: 404, body: { detail: 'Thread not found' } },
    })
  })

  it('seconds to wait are told as whole ones, rounded up', () => {
    for (const [seconds, header] of [
      [0.2, '1'],
      [3, '3'],
      [0, '0'],
    ] as const) {
      expect(told(new ModelError('rate_limit', 'slow down', seconds)).headers).toEqual({
        'retry-after': header,
      })
    }
    expect(told(new ModelError('rate_limit', 'slow down')).headers).toEqual({})
  })

  it('what nobody foresaw is a 500 that tells nothing and is logged', () => {
    for (const error of [
      new Error('secret'),
      new TypeError('x'),
      Object.assign(new Error('x'), { statusCode: 503 }),
    ]) {
      expect(told(error)).toMatchObject({
        ...{ status: 500, body: { detail: 'Internal Server Error' }, logged: 1 },
      })
    }
  })

  it('what the framework refuses keeps its sense', () => {
    const of = (statusCode: number, message = 'no') =>
      told(Object.assign(new Error(message), { statusCode }))
    expect(of(413)).toMatchObject({ status: 413, body: { detail: 'The request is too large' } })
    expect(of(415, 'Odd')).toMatchObject({ status: 400, body: { detail: 'Odd' } })
  })

  it('complaints name steps and numbers, once each, and unescape what was escaped', () => {
    const validation = [
      { keyword: 'required', instancePath: '/a~1b/0', params: { missingProperty: 'c~d' } },
      { keyword: 'type', instancePath: '/n', params: { type: ['integer', 'null'] } },
      { keyword: 'type', instancePath: '/n', params: { type: ['integer', 'null'] } },
      { keyword: 'enum', instancePath: '/e', params: { allowedValues: ['a', 'b', null] } },
    ]
    const error = Object.assign(new Error('x'), { validation, validationContext: 'body' })
    expect(told(error).body).toEqual({
      detail: [
        { loc: ['body', 'a/b', 0, 'c~d'], msg: 'Field required', type: 'missing' },
        { loc: ['body', 'n'], msg: 'Input should be a valid integer', type: 'int_type' },
        { loc: ['body', 'e'], msg: "Input should be 'a' or 'b'", type: 'literal_error' },
      ],
    })
  })
})
