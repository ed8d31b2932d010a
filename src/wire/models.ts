import { type Static, type TSchema, Type } from 'typebox'
import type { ModelFacts } from '../models/facts.ts'
import type { KnownModel } from '../models/known-models.ts'
import { nullable } from './schema.ts'

const Flag = () => nullable(Type.Boolean({ description: 'Null = no source says.' }))
const Count = () => nullable(Type.Integer())
const Price = () => nullable(Type.Number({ description: 'US dollars; null = no source says.' }))

const ThinkingControls = Type.Object({
  supported: Type.Boolean(),
  allowed_fields: Type.Array(Type.String()),
  defaults_only: Type.Boolean(),
})

export const ModelReply = Type.Object(
  {
    name: Type.String(),
    provider: Type.String(),
    display_name: nullable(Type.String()),
    model_type: Type.String({ description: 'llm, embedding, image, stt or tts.' }),
    context_limit: Type.Integer({
      description:
        'Tokens; where no source says, what this server reckons with; 0 where there is none.',
    }),
    context_limit_known: Type.Boolean(),
    max_output_tokens: Count(),
    embedding_dimensions: Count(),
    supports_tools: Flag(),
    supports_vision: Flag(),
    supports_thinking: Flag(),
    thinking_controls: nullable(ThinkingControls),
    supports_json_output: Flag(),
    supports_audio_input: Flag(),
    supports_video_input: Flag(),
    supports_image_output: Flag(),
    supports_audio_output: Flag(),
    supports_video_output: Flag(),
    supports_streaming: Flag(),
    supported_input_formats: nullable(Type.String()),
    supported_output_formats: nullable(Type.String()),
    api_mode: nullable(Type.String()),
    input_cost_per_1m_tokens: Price(),
    cached_input_cost_per_1m_tokens: Price(),
    cache_write_cost_per_1m_tokens: Price(),
    output_cost_per_1m_tokens: Price(),
    image_input_cost_per_1m_tokens: Price(),
    image_output_cost_per_1m_tokens: Price(),
    cost_per_image: Price(),
    cost_per_audio_hour: Price(),
    available: Type.Boolean({ description: 'Whether this server can call it now.' }),
    last_updated: nullable(Type.String()),
  },
  { title: 'Model' },
)

export const EmbeddingModelReply = Type.Object(
  {
    name: Type.String(),
    provider: Type.String(),
    model_type: Type.String(),
    embedding_dimensions: Type.Integer(),
    context_limit: Type.Integer(),
    input_cost_per_1m_tokens: Price(),
    available: Type.Boolean(),
    last_updated: nullable(Type.String()),
  },
  { title: 'EmbeddingModel' },
)

export const ThinkingReply = Type.Object(
  {
    provider: Type.String(),
    model: Type.String(),
    max_output_tokens: Count(),
    supports_thinking: Flag(),
    thinking_controls: nullable(ThinkingControls),
  },
  { title: 'ThinkingMetadata' },
)

export const ProviderNames = Type.Object(
  { providers: Type.Array(Type.String()), total: Type.Integer() },
  { title: 'Providers' },
)

export const pageOf = <S extends TSchema>(row: S, title: string) =>
  Type.Object({ models: Type.Array(row), total: Type.Integer() }, { title })

/** `skip` and `limit` of a list of models: up to 15,000 rows, and never an error for asking more. */
export const ModelPaging = Type.Object({
  skip: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, default: 100, description: 'At most 15,000.' })),
})

export function toModelPage<T>(rows: readonly T[], { skip = 0, limit = 100 }) {
  return rows.slice(skip, skip + Math.min(Math.max(limit, 1), 15_000))
}

export function toModel(
  { facts, available }: KnownModel,
  defaultContext: number,
): Static<typeof ModelReply> {
  const { can, prices } = facts
  const speech = facts.type === 'stt' || facts.type === 'tts'
  return {
    name: facts.name,
    provider: facts.provider,
    display_name: facts.displayName,
    model_type: facts.type,
    context_limit: facts.context ?? (facts.type === 'llm' ? defaultContext : 0),
    context_limit_known: facts.context !== null,
    max_output_tokens: facts.maxOutput,
    embedding_dimensions: facts.dims,
    supports_tools: can.tools,
    supports_vision: can.vision,
    supports_thinking: can.thinking,
    thinking_controls: toControls(facts),
    supports_json_output: can.json,
    supports_audio_input: facts.type === 'stt' ? true : can.audioInput,
    supports_video_input: can.videoInput,
    supports_image_output: facts.type === 'image' ? true : can.imageOutput,
    supports_audio_output: facts.type === 'tts' ? true : can.audioOutput,
    supports_video_output: can.videoOutput,
    supports_streaming: facts.type === 'llm' ? true : null,
    supported_input_formats: speech ? (facts.type === 'stt' ? 'audio' : 'text') : null,
    supported_output_formats: speech ? (facts.type === 'stt' ? 'text' : 'audio') : null,
    api_mode: null,
    input_cost_per_1m_tokens: prices.input,
    cached_input_cost_per_1m_tokens: prices.cachedInput,
    cache_write_cost_per_1m_tokens: prices.cacheWrite,
    output_cost_per_1m_tokens: prices.output,
    image_input_cost_per_1m_tokens: prices.imageInput,
    image_output_cost_per_1m_tokens: prices.imageOutput,
    cost_per_image: null,
    cost_per_audio_hour: prices.audioHour,
    available,
    last_updated: facts.updated === null ? null : `${facts.updated}T00:00:00.000Z`,
  }
}

/** Null for a model whose numbers are not known: the API has no embedding model without them. */
export function toEmbeddingModel({
  facts,
  available,
}: KnownModel): Static<typeof EmbeddingModelReply> | null {
  if (facts.dims === null) return null
  return {
    name: facts.name,
    provider: facts.provider,
    model_type: facts.type,
    embedding_dimensions: facts.dims,
    context_limit: facts.context ?? 0,
    input_cost_per_1m_tokens: facts.prices.input,
    available,
    last_updated: facts.updated === null ? null : `${facts.updated}T00:00:00.000Z`,
  }
}

export function toThinking({ facts }: KnownModel): Static<typeof ThinkingReply> {
  return {
    provider: facts.provider,
    model: facts.name,
    max_output_tokens: facts.maxOutput,
    supports_thinking: facts.can.thinking,
    thinking_controls: toControls(facts),
  }
}

/** What this server makes of `thinking` for such a model: an effort or a budget, either for all. */
function toControls({ can }: ModelFacts): Static<typeof ThinkingControls> | null {
  if (can.thinking === null) return null
  const fields = ['effort', 'budget_tokens', 'max_tokens', 'exclude_reasoning']
  return {
    supported: can.thinking,
    allowed_fields: can.thinking ? fields : [],
    defaults_only: false,
  }
}
