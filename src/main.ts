#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { readConfig } from './config.ts'
import { version } from './version.ts'

const usage = `homecourt ${version}: a self-hosted server that speaks the Backboard API

  homecourt [serve]           apply migrations and serve (PORT, HOST, …: docs/configuration.md)
  homecourt work              work on what servers on the same Postgres leave behind (HOMECOURT_ROLES)
  homecourt migrate           apply migrations and stop
  homecourt keys create       make an API key and print it, once
      --name NAME             what the key is for
      --owner OWNER           share the data of another key's owner (see: keys list)
      --key KEY               keep using this key and the data it has
      --first                 only if there is none yet
  homecourt keys list         list keys, without their secrets
  homecourt keys revoke ID    refuse a key from now on
  homecourt export FOLDER     write everything into a folder, while a server may run
      --owner OWNER           only one owner's data
  homecourt import FOLDER     read it again, into SQLite or Postgres, and see that all is there
  homecourt backup FOLDER     copy the SQLite data folder, while a server may run
  homecourt reindex           move assistants to another embedding model, while a server may run
      --model PROVIDER/NAME   the model to move to (or: offline)
      --dims N                numbers of its vectors, where that is not known or to be fewer
      --assistant ID          whose documents; or --owner OWNER, or --all
`

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      name: { type: 'string' },
      owner: { type: 'string' },
      key: { type: 'string' },
      first: { type: 'boolean' },
      model: { type: 'string' },
      dims: { type: 'string' },
      assistant: { type: 'string' },
      all: { type: 'boolean' },
    },
  })
  if (values.version) return say(version)
  if (values.help) return say(usage)
  const config = readConfig(process.env)
  const [command = 'serve', ...rest] = positionals
  switch (command) {
    case 'serve':
      return (await import('./commands/serve.ts')).serve(config)
    case 'work':
      return (await import('./commands/work.ts')).work(config)
    case 'migrate':
      return (await import('./commands/migrate.ts')).migrate(config)
    case 'keys':
      return (await import('./commands/keys.ts')).keys(config, rest, values)
    case 'export':
      return (await import('./commands/transfer.ts')).exportAll(config, rest, values.owner)
    case 'import':
      return (await import('./commands/transfer.ts')).importAll(config, rest)
    case 'backup':
      return (await import('./commands/transfer.ts')).backUp(config, rest)
    case 'reindex':
      return (await import('./commands/reindex.ts')).reindex(config, values)
    default:
      process.stderr.write(`unknown command: ${command}\n\n${usage}`)
      return 2
  }
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`homecourt: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
