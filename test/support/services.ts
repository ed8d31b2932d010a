import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** Addresses of the real servers, in a run of `npm run test:services`; undefined in any other. */
export const services =
  process.env.TEST_POSTGRES_URL && process.env.TEST_REDIS_URL && process.env.TEST_S3_URL
    ? {
        postgres: process.env.TEST_POSTGRES_URL,
        redis: process.env.TEST_REDIS_URL,
        s3: process.env.TEST_S3_URL,
      }
    : undefined

const PREFIX = 'homecourt_test'
/** The migrated, empty database that every other is copied from. */
export const TEMPLATE = `${PREFIX}_template`

/** The real servers. Throws where there are none. */
export function theServices(): { postgres: string; redis: string; s3: string } {
  if (!services) throw new Error('this test needs the servers of `npm run test:services`')
  return services
}

/** Where a database of the Postgres server is. */
export function databaseUrl(name: string): string {
  const url = new URL(theServices().postgres)
  url.pathname = `/${name}`
  return url.href
}

/** Makes a database, migrated and empty. Returns its URL; the end of the test run drops it. */
export async function newDatabase(from: string = TEMPLATE): Promise<string> {
  const name = `${PREFIX}_${process.pid}_${randomBytes(4).toString('hex')}`
  await onServer(`create database ${name} template ${from}`)
  return databaseUrl(name)
}

/** Drops every database that a test run has made. */
export async function dropDatabases(): Promise<void> {
  const rows = await onServer(`select datname from pg_database where datname like '${PREFIX}_%'`)
  for (const { datname } of rows) await onServer(`drop database ${datname} with (force)`)
}

/** Runs one statement on the server, outside any database of ours. */
export async function onServer(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(theServices().postgres)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Settings by which whoever takes them shares the Redis server with nobody else; none without one. */
export function ownRedis(): Record<string, string> {
  if (!services) return {}
  const prefix = `${PREFIX}_${randomBytes(6).toString('hex')}`
  return { REDIS_URL: services.redis, HOMECOURT_REDIS_PREFIX: prefix }
}
