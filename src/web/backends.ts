import type { Backend } from './web-search.ts'

type Row = Record<string, unknown>

/** A SearXNG instance with its JSON format switched on. */
export function searxng(base: string): Backend {
  return {
    name: 'SearXNG',
    request: (query) => {
      const url = new URL(`${base.replace(/\/+$/, '')}/search`)
      url.search = new URLSearchParams({ q: query, format: 'json' }).toString()
      return { url: url.href, init: { headers: { accept: 'application/json' } } }
    },
    rows: (body) => listIn(body, 'results').map((row) => ({ ...row, text: row.content })),
  }
}

export function tavily(key: string, base: string): Backend {
  return {
    name: 'Tavily',
    request: (query) => ({
      url: `${base.replace(/\/+$/, '')}/search`,
      init: {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, max_results: 8 }),
      },
    }),
    rows: (body) => listIn(body, 'results').map((row) => ({ ...row, text: row.content })),
  }
}

export function brave(key: string, base: string): Backend {
  return {
    name: 'Brave',
    request: (query) => ({
      url: `${base.replace(/\/+$/, '')}/res/v1/web/search?${new URLSearchParams({ q: query, count: '8' })}`,
      init: { headers: { accept: 'application/json', 'x-subscription-token': key } },
    }),
    rows: (body) =>
      listIn((body as Row | null)?.web, 'results').map((row) => ({
        ...row,
        text: row.description,
      })),
  }
}

function listIn(body: unknown, name: string): Row[] {
  const list = (body as Row | null | undefined)?.[name]
  if (!Array.isArray(list)) return []
  return list.filter((row): row is Row => typeof row === 'object' && row !== null)
}
