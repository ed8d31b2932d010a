import pg from 'pg'
import { expect } from 'vitest'
import type { Fleet } from './fleet.ts'

/** A statement by which a piece of work is recognised: what it does to which rows of which table. */
export type Stage = [
  name: string,
  table: string,
  event: 'insert' | 'update' | 'delete',
  when: string,
]

/** Any fixed number: the lock at which a held stage waits. */
const HELD = 77_001

/**
 * Whatever comes to the stage waits there. `reached` resolves when somebody does; `letGo` lets all
 * go on.
 */
export async function holdAt(fleet: Fleet, [, table, event, when]: Stage) {
  const own = new pg.Client(fleet.env.DATABASE_URL)
  await own.connect()
  await own.query('select pg_advisory_lock($1)', [HELD])
  const row = event === 'delete' ? 'old' : 'new'
  await own.query(`
    create or replace function hold_${row}() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${HELD}); return ${row}; end $$;
    create or replace trigger held before ${event} on ${table}
      for each row when (${when}) execute function hold_${row}()`)
  const waiting = async () => {
    const { rows } = await own.query(
      "select 1 from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
      [HELD],
    )
    return rows.length
  }
  return {
    reached: () => expect.poll(waiting, { timeout: 30_000 }).toBeGreaterThan(0),
    async letGo() {
      await own.query('select pg_advisory_unlock($1)', [HELD])
      await own.query(`drop trigger held on ${table}`)
      await own.end()
    },
  }
}
