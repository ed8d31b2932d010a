import { postgresColumns } from './columns.postgres.ts'
import { defineSchema } from './schema.ts'

export const { apiKeys, assistants, threads, runs, messages } = defineSchema(postgresColumns)
