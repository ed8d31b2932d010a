import { type Static, Type } from 'typebox'
import type { Assistant, AssistantPatch } from '../store/assistants.ts'
import { Instant, nullable, OpenObject, Paging, Uuid } from './schema.ts'
import { toWireTools } from './tools.ts'

const Name = Type.String({ minLength: 1, maxLength: 255 })
const Prompt = nullable(Type.String())
const Tools = nullable(
  Type.Array(OpenObject(), {
    description: 'OpenAI function tools; any JSON Schema as parameters.',
  }),
)
const TopK = Type.Integer({ minimum: 1, maximum: 100 })

const prompts = {
  description: Type.Optional(Prompt),
  system_prompt: Type.Optional(
    nullable(
      Type.String({ description: 'Another name for `description`; wins where both are given.' }),
    ),
  ),
  custom_fact_extraction_prompt: Type.Optional(Prompt),
  custom_update_memory_prompt: Type.Optional(Prompt),
}

export const NewAssistant = Type.Object(
  {
    name: Name,
    ...prompts,
    tools: Type.Optional(Tools),
    tok_k: Type.Optional(
      nullable(
        Type.Integer({ ...TopK, default: 10, description: 'Passages a document search returns.' }),
      ),
    ),
    embedding_provider: Type.Optional(nullable(Type.String())),
    embedding_model_name: Type.Optional(nullable(Type.String())),
    embedding_dims: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 16_000 }))),
  },
  { title: 'NewAssistant' },
)

export const AssistantChanges = Type.Object(
  {
    name: Type.Optional(nullable(Name)),
    ...prompts,
    tools: Type.Optional(Tools),
    tok_k: Type.Optional(nullable(TopK)),
  },
  { title: 'AssistantChanges' },
)

export const AssistantPath = Type.Object({ assistant_id: Uuid() })

export const AssistantList = Type.Object({
  ...Paging.properties,
  name: Type.Optional(Type.String({ description: 'Only assistants with exactly this name.' })),
})

export const AssistantReply = Type.Object(
  {
    assistant_id: Uuid(),
    name: Type.String(),
    description: nullable(Type.String()),
    system_prompt: nullable(Type.String()),
    tools: nullable(Type.Array(OpenObject())),
    tok_k: Type.Integer(),
    embedding_provider: nullable(Type.String()),
    embedding_model_name: nullable(Type.String()),
    embedding_dims: nullable(Type.Integer()),
    custom_fact_extraction_prompt: nullable(Type.String()),
    custom_update_memory_prompt: nullable(Type.String()),
    created_at: Instant(),
  },
  { title: 'Assistant' },
)

export const CloneOptions = Type.Object(
  {
    name: Type.Optional(nullable(Name)),
    system_prompt: Type.Optional(nullable(Type.String({ description: 'In place of its own.' }))),
    copy_documents: Type.Optional(nullable(Type.Boolean({ default: true }))),
    copy_memories: Type.Optional(nullable(Type.Boolean({ default: true }))),
  },
  { title: 'CloneOptions' },
)

export const CloneReply = Type.Object(
  {
    assistant: AssistantReply,
    documents_cloned: Type.Integer(),
    memories_cloned: Type.Integer(),
  },
  { title: 'Clone' },
)

export const AssistantDeleted = Type.Object(
  { message: Type.String(), assistant_id: Uuid(), deleted_at: Instant() },
  { title: 'AssistantDeleted' },
)

/** What the client wrote, in the store's words. Both names of the prompt are kept as they were given. */
export function toNewAssistant(body: Static<typeof NewAssistant>) {
  return {
    name: body.name,
    description: body.description ?? null,
    systemPrompt: body.system_prompt ?? null,
    tools: body.tools ?? null,
    topK: body.tok_k ?? 10,
    factPrompt: body.custom_fact_extraction_prompt ?? null,
    mergePrompt: body.custom_update_memory_prompt ?? null,
  }
}

/** The embedding the client asks for; what is null is the server's to choose. */
export function toEmbeddingChoice(body: Static<typeof NewAssistant>) {
  return {
    embeddingProvider: body.embedding_provider || null,
    embeddingModel: body.embedding_model_name || null,
    embeddingDims: body.embedding_dims ?? null,
  }
}

/**
 * Giving one name of the prompt sets both, unless both are given. Null leaves the name and `tok_k`
 * as they were, and clears the rest.
 */
export function toAssistantPatch(body: Static<typeof AssistantChanges>): AssistantPatch {
  const patch: AssistantPatch = {}
  if (body.name != null) patch.name = body.name
  if (body.tools !== undefined) patch.tools = body.tools
  if (body.tok_k != null) patch.topK = body.tok_k
  if (body.custom_fact_extraction_prompt !== undefined)
    patch.factPrompt = body.custom_fact_extraction_prompt
  if (body.custom_update_memory_prompt !== undefined)
    patch.mergePrompt = body.custom_update_memory_prompt
  const { description, system_prompt: systemPrompt } = body
  if (description !== undefined || systemPrompt !== undefined) {
    patch.description = description !== undefined ? description : (systemPrompt ?? null)
    patch.systemPrompt = systemPrompt !== undefined ? systemPrompt : (description ?? null)
  }
  return patch
}

export function toAssistant(row: Assistant): Static<typeof AssistantReply> {
  return {
    assistant_id: row.id,
    name: row.name,
    description: row.description ?? row.systemPrompt,
    system_prompt: row.systemPrompt ?? row.description,
    tools: toWireTools(row.tools) as Record<string, unknown>[] | null,
    tok_k: row.topK,
    embedding_provider: row.embeddingProvider,
    embedding_model_name: row.embeddingModel,
    embedding_dims: row.embeddingDims,
    custom_fact_extraction_prompt: row.factPrompt,
    custom_update_memory_prompt: row.mergePrompt,
    created_at: row.createdAt.toISOString(),
  }
}
