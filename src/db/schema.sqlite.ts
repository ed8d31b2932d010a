import { sqliteColumns } from './columns.sqlite.ts'
import { defineSchema } from './schema.ts'

export const {
  apiKeys,
  assistants,
  threads,
  runs,
  messages,
  documents,
  chunks,
  embeddings,
  scopes,
  termCounts,
  memories,
  memoryVectors,
  memoryLabels,
  memoryScopes,
  memoryTerms,
  memoryOperations,
  removals,
} = defineSchema(sqliteColumns)
