import { sqliteColumns } from './columns.sqlite.ts'
import { defineSchema } from './schema.ts'

export const { apiKeys, assistants, threads, runs, messages } = defineSchema(sqliteColumns)
