import type { Ctx } from '../context.ts'
import { ModelError, pictureTypes } from '../models/model.ts'

const ask = `Describe this image so that people who cannot see it find it and can answer questions about it.
Say what it shows, give every text in it word for word, and the numbers and labels of charts and
tables. Write plain text, in the language of the text in the image, or else in English.`

/** Longer than any description worth keeping. */
const MOST_CHARS = 20_000

/**
 * What an image shows, in words, by the configured vision model. Throws `ModelError`, also when it
 * takes longer than `limits.describeMs`; `unseeable` has said before that it can be asked.
 */
export async function describeImage(
  ctx: Ctx,
  image: { filename: string; mediaType: string; bytes: Buffer },
  signal: AbortSignal,
): Promise<string> {
  const { vision } = ctx.models
  if (!vision) throw new ModelError('bad_request', 'no vision model is configured')
  const late = AbortSignal.timeout(ctx.limits.describeMs)
  const picture = { mediaType: image.mediaType, data: image.bytes.toString('base64') }
  const text = `${ask}\n\nThe file is called ${image.filename}.`
  let description = ''
  try {
    const deltas = (await vision.open()).stream(
      {
        ...{ provider: vision.provider, model: vision.sendAs, system: null },
        turns: [{ role: 'user', text, pictures: [picture] }],
        ...{ tools: [], json: false, thinking: null },
      },
      AbortSignal.any([signal, late]),
    )
    for await (const delta of deltas) {
      if (delta.type === 'text') description += delta.text
      if (description.length > MOST_CHARS) break
    }
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error
    throw new ModelError('timeout', `${vision.provider} took too long to describe the image`)
  }
  const said = description.replaceAll('\0', '').slice(0, MOST_CHARS).toWellFormed().trim()
  if (said !== '') return said
  throw new ModelError('malformed', `${vision.provider} said nothing about the image`)
}

/** Why an image cannot be described here, or null. */
export function unseeable(ctx: Ctx, mediaType: string, sizeBytes: number): string | null {
  if (!pictureTypes.has(mediaType)) {
    const kind = mediaType.replace('image/', '').toUpperCase()
    return `models do not take ${kind} images; upload it as PNG or JPEG to have it seen`
  }
  if (sizeBytes > ctx.limits.pictureBytes) {
    const most = Math.floor(ctx.limits.pictureBytes / 1024 / 1024)
    return `models take images of at most ${most} MB`
  }
  return ctx.models.vision ? null : 'no vision model is configured'
}
