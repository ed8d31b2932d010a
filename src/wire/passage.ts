import { type Static, Type } from 'typebox'
import type { Passage } from '../retrieval/search.ts'
import { nullable, OpenObject, Uuid } from './schema.ts'

export const PassageReply = Type.Object(
  {
    document_id: Uuid(),
    filename: Type.String(),
    text: Type.String(),
    position: OpenObject({
      description: 'Page, slide, sheet, headings, and characters of the text.',
    }),
    score: Type.Number({
      description: 'Both signals fused, 0 to 1; the best of an answer may be below 1.',
    }),
    lexical: Type.Number({ description: 'By its words, against the best.' }),
    vector: nullable(Type.Number({ description: 'Cosine with the query.' })),
  },
  { title: 'Passage' },
)

export const PassageSearch = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: 10_000 }),
    limit: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
  },
  { title: 'PassageSearch' },
)

export const PassagesReply = Type.Object(
  { passages: Type.Array(PassageReply) },
  { title: 'Passages' },
)

export function toPassage(passage: Passage): Static<typeof PassageReply> {
  const { documentId, filename, text, position, score, lexical, vector } = passage
  const { startChar, endChar, ...place } = position
  return {
    ...{ document_id: documentId, filename, text },
    position: { ...place, start_char: startChar, end_char: endChar },
    ...{ score: rounded(score), lexical: rounded(lexical) },
    vector: vector === null ? null : rounded(vector),
  }
}

function rounded(score: number) {
  return Math.round(score * 1e6) / 1e6
}
