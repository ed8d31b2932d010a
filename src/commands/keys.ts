import type { Config } from '../config.ts'
import { openDatabase } from '../context.ts'
import type { Db } from '../db/db.ts'
import { uuidsV7 } from '../ids.ts'
import { anyKey, createKey, listKeys, revokeKey } from '../store/keys.ts'

type Options = { name?: string; owner?: string; key?: string; first?: boolean }

/** `keys create | list | revoke`. Returns the exit code. */
export async function keys(config: Config, args: string[], options: Options): Promise<number> {
  const db = await openDatabase(config)
  try {
    await db.migrate()
    const [action, id] = args
    if (action === 'create') return await create(db, options)
    if (action === 'list') return await list(db)
    if (action === 'revoke' && id) return await revoke(db, id)
    throw new Error('say: keys create, keys list, or keys revoke ID')
  } finally {
    await db.close()
  }
}

async function create(db: Db, { name, owner, key, first }: Options) {
  if (first && (await anyKey(db))) {
    process.stderr.write('There is a key already; none was made.\n')
    return 0
  }
  const clock = () => new Date()
  const { row, secret } = await createKey(db, {
    id: uuidsV7(clock)(),
    name: name ?? 'key',
    ...(owner ? { ownerId: owner } : {}),
    ...(key ? { secret: key } : {}),
    now: clock(),
  }).catch((error: unknown) => {
    throw db.isConflict(error) ? new Error('this key exists already') : error
  })
  // The key alone on standard output, so that a script can take it.
  process.stderr.write(`Key ${row.id} of owner ${row.ownerId}. It is shown only now:\n`)
  process.stdout.write(`${secret}\n`)
  return 0
}

async function list(db: Db) {
  const rows = await listKeys(db)
  for (const row of rows) {
    const state = row.revokedAt ? `revoked ${row.revokedAt.toISOString()}` : 'live'
    const created = row.createdAt.toISOString()
    process.stdout.write(
      [row.id, `…${row.hint}`, row.ownerId, created, state, row.name].join('  ').concat('\n'),
    )
  }
  if (rows.length === 0) process.stdout.write('No key was ever created.\n')
  return 0
}

async function revoke(db: Db, id: string) {
  const row = await revokeKey(db, id, new Date())
  if (!row) throw new Error(`no live key has the id ${id}`)
  process.stdout.write(`Key ${row.id} is refused from now on.\n`)
  return 0
}
