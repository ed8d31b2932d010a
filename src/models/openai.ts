import OpenAI from 'openai'
import type { ChatModel, ProviderSettings } from './model.ts'
import { openaiReply } from './openai-reply.ts'
import { toRequest, withoutRefused } from './openai-request.ts'
import { providerFetch } from './provider-fetch.ts'
import { sendForgiving, streamReply } from './provider-stream.ts'

const defaultBaseUrl = 'https://api.openai.com/v1'
/** Chat completions of OpenAI and of every server that speaks the same, at `settings.baseUrl`. */
export function openaiModel(settings: ProviderSettings): ChatModel {
  const { keyHeader } = settings.quirks ?? {}
  const client = new Client({
    ...(keyHeader && { defaultHeaders: { [keyHeader]: settings.apiKey, authorization: null } }),
    apiKey: settings.apiKey || 'none', // a local server needs none, the SDK insists on one
    baseURL: settings.baseUrl ?? defaultBaseUrl,
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    fetch: providerFetch,
    // Else the SDK reads them from the environment and sends them to whoever is at the base URL.
    adminAPIKey: null,
    organization: null,
    project: null,
  })
  return {
    stream: (prompt, signal) =>
      streamReply({
        settings,
        signal,
        send: (hangUp) =>
          sendForgiving(
            toRequest(prompt, settings),
            (body) => client.chat.completions.create(body, { signal: hangUp }).asResponse(),
            withoutRefused,
          ),
        reader: openaiReply(settings),
      }),
  }
}

class Client extends OpenAI {
  /** The SDK keeps a body's `error` only, and some servers have the message beside it. */
  protected override makeStatusError(
    status: number,
    body: object,
    message: string | undefined,
    headers: Headers,
  ) {
    const wrapped = body && !('error' in body) ? { error: body } : body
    return super.makeStatusError(status, wrapped, message, headers)
  }
}
