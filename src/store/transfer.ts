import { and, asc, eq, getTableColumns, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Db } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'

export type TableName = keyof Tables
export type Row = Record<string, unknown>

type Plan = {
  /** Columns by which its rows have an order; rows that agree in all of them are read together. */
  order: string[]
  /** The rows that belong to an owner. */
  of(db: Db, owner: string): SQL | undefined
}

const owned = (name: TableName, ...order: string[]): Plan => ({
  order,
  of: (db, owner) => eq(column(db, name, 'ownerId'), owner),
})

const inScopes = (db: Db, owner: string, id: PgColumn) =>
  or(inArray(id, ownIds(db, 'assistants', owner)), inArray(id, ownIds(db, 'threads', owner)))

const ownIds = (db: Db, name: 'assistants' | 'threads', owner: string) =>
  db.select({ id: db.t[name].id }).from(db.t[name]).where(eq(db.t[name].ownerId, owner))

const ownKeys = (db: Db, name: 'chunks' | 'memories', owner: string) =>
  db.select({ key: db.t[name].key }).from(db.t[name]).where(eq(db.t[name].ownerId, owner))

/** Every table there is, each after those it refers to. */
const plans: Record<TableName, Plan> = {
  apiKeys: owned('apiKeys', 'id'),
  assistants: owned('assistants', 'id'),
  threads: owned('threads', 'id'),
  runs: owned('runs', 'id'),
  messages: owned('messages', 'id'),
  documents: owned('documents', 'id'),
  chunks: owned('chunks', 'key'),
  embeddings: {
    order: ['chunkKey', 'space'],
    of: (db, owner) => inArray(db.t.embeddings.chunkKey, ownKeys(db, 'chunks', owner)),
  },
  scopes: { order: ['id'], of: (db, owner) => inScopes(db, owner, db.t.scopes.id) },
  termCounts: {
    order: ['scopeId', 'term'],
    of: (db, owner) => inScopes(db, owner, db.t.termCounts.scopeId),
  },
  memories: owned('memories', 'key'),
  memoryVectors: {
    order: ['memoryKey', 'space'],
    of: (db, owner) => inArray(db.t.memoryVectors.memoryKey, ownKeys(db, 'memories', owner)),
  },
  memoryLabels: {
    order: ['memoryKey'],
    of: (db, owner) => inArray(db.t.memoryLabels.memoryKey, ownKeys(db, 'memories', owner)),
  },
  memoryScopes: {
    order: ['assistantId'],
    of: (db, owner) => inArray(db.t.memoryScopes.assistantId, ownIds(db, 'assistants', owner)),
  },
  memoryTerms: {
    order: ['assistantId', 'term'],
    of: (db, owner) => inArray(db.t.memoryTerms.assistantId, ownIds(db, 'assistants', owner)),
  },
  memoryOperations: owned('memoryOperations', 'id'),
  removals: {
    order: ['id'],
    of: (db, owner) => {
      const { documents, removals } = db.t
      const left = (id: PgColumn) =>
        inArray(removals.id, db.select({ id }).from(documents).where(eq(documents.ownerId, owner)))
      return or(left(documents.assistantId), left(documents.threadId))
    },
  },
}

/** The tables in the order in which their rows may be stored. */
export const tableNames = Object.keys(plans) as TableName[]

/** The columns of a table and what each holds. */
export function columnsOf(db: Db, name: TableName): Record<string, PgColumn> {
  return getTableColumns(db.t[name] as PgTable)
}

function column(db: Db, name: TableName, key: string): PgColumn {
  const found = columnsOf(db, name)[key]
  if (!found) throw new Error(`${name} has no ${key}`)
  return found
}

/** Rows of one page; of a group that agrees in its order there may be no more. */
const ROWS_AT_ONCE = 1_000

/** A table's rows, an owner's or all (null), a page at a time. */
export async function* pagesOf(
  db: Db,
  name: TableName,
  owner: string | null,
): AsyncGenerator<Row[]> {
  const { order, of } = plans[name]
  const table = db.t[name] as PgTable
  const columns = order.map((key) => column(db, name, key))
  const mine = owner === null ? undefined : of(db, owner)
  for (let after: Row | undefined; ; ) {
    const last = after
    const rows: Row[] = await db
      .select()
      .from(table)
      .where(and(mine, last && sql`(${list(columns)}) > (${list(order.map((key) => last[key]))})`))
      .orderBy(...columns.map((one) => asc(one)))
      .limit(ROWS_AT_ONCE)
    if (rows.length < ROWS_AT_ONCE) {
      if (rows.length > 0) yield rows
      return
    }
    const edge = rows.at(-1) as Row
    const whole = rows.filter((row) => order.some((key) => row[key] !== edge[key]))
    if (whole.length === 0) throw new Error(`${name}: too many rows of one ${order.join()}`)
    yield whole
    after = whole.at(-1)
  }
}

const list = (parts: unknown[]) =>
  sql.join(
    parts.map((part) => sql`${part}`),
    sql`, `,
  )

export async function countRows(db: Db, name: TableName, owner: string | null): Promise<number> {
  return db.$count(db.t[name] as PgTable, owner === null ? undefined : plans[name].of(db, owner))
}

/** Stores rows as they are; those that are there already stay as they are. */
export async function storeRows(db: Db, name: TableName, rows: Row[]): Promise<void> {
  const [key = ''] = plans[name].order
  await db
    .insert(db.t[name] as PgTable)
    .values(rows)
    .onConflictDoNothing()
    .returning({ key: column(db, name, key) })
}
