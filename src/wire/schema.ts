import { type TSchema, type TUnion, Type } from 'typebox'

/**
 * `schema` or null, written as a list of types: one complaint per wrong value instead of one
 * per branch. Only for schemas with a plain `type`.
 */
export function nullable<S extends TSchema>(schema: S): TUnion<[S, ReturnType<typeof Type.Null>]> {
  const plain = schema as S & { type?: string }
  const options = Array.isArray((schema as { enum?: unknown[] }).enum)
    ? { enum: [...(schema as unknown as { enum: unknown[] }).enum, null] }
    : {}
  return { ...plain, ...options, type: [plain.type, 'null'] } as unknown as TUnion<
    [S, ReturnType<typeof Type.Null>]
  >
}

export const Uuid = (options: { description?: string } = {}) =>
  Type.String({ format: 'uuid', ...options })

export const Instant = () =>
  Type.String({ format: 'date-time', description: 'ISO 8601 in UTC with milliseconds' })

export const OpenObject = (options: { description?: string } = {}) =>
  Type.Record(Type.String(), Type.Unknown(), options)

/** `skip` and `limit` of a list. More than `most` rows are never sent, however many are asked for. */
export const Paging = Type.Object({
  skip: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, default: 100, description: 'At most 200.' })),
})

/** A page as the store wants it: at least one row, at most 200. */
export function toPage({ skip = 0, limit = 100 }: { skip?: number; limit?: number }) {
  const most = Number.MAX_SAFE_INTEGER
  return { skip: Math.min(skip, most), limit: Math.min(Math.max(limit, 1), 200) }
}

/** `{detail}` of every error but a validation error. */
export const ErrorDetail = Type.Object({ detail: Type.String() }, { title: 'Error' })

export const ValidationErrors = Type.Object(
  {
    detail: Type.Array(
      Type.Object({
        loc: Type.Array(Type.Union([Type.String(), Type.Integer()])),
        msg: Type.String(),
        type: Type.String(),
      }),
    ),
  },
  { title: 'ValidationErrors' },
)

/** The error replies every route may give, for the OpenAPI document. */
export const errorReplies = {
  400: ErrorDetail,
  401: ErrorDetail,
  404: ErrorDetail,
  422: ValidationErrors,
  500: ErrorDetail,
}
