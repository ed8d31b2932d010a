import { Readable } from 'node:stream'
import type { Ctx } from '../context.ts'
import type { RunSettings } from '../db/schema.ts'
import { createDocuments } from '../store/documents.ts'
import { argumentOf, type OwnTool, type Place } from './own-tools.ts'

export const GENERATE_IMAGE = 'generate_image'

/** Lets a model make an image, which becomes a document of the thread under the answer's message. */
export function imageTool(
  ctx: Ctx,
  { thread, messageId }: Place,
  asked: NonNullable<RunSettings['images']>,
): OwnTool {
  return {
    spec: {
      name: GENERATE_IMAGE,
      description: 'Make an image and show it to the user, who sees it beside your answer.',
      parameters: {
        type: 'object',
        properties: { prompt: { type: 'string', description: 'What the image shows, in full.' } },
        required: ['prompt'],
      },
    },
    async run(call, finds, signal) {
      try {
        const { provider = null, model = null } = asked
        const description = argumentOf(call, 'prompt')
        const image = await ctx.images.make(description, { provider, model }, signal)
        const id = ctx.ids()
        const blobKey = ctx.ids()
        const content = Readable.from([image.bytes])
        const sizeBytes = await ctx.blobs.put(blobKey, content, ctx.limits.uploadBytes)
        const [document] = await createDocuments(ctx.db, [
          {
            ...{ id, ownerId: thread.ownerId, assistantId: thread.assistantId },
            ...{ threadId: thread.id, messageId, blobKey, sizeBytes, now: ctx.clock() },
            filename: `image-${id.slice(-8)}.${image.mediaType.slice('image/'.length)}`,
            mediaType: image.mediaType,
          },
        ])
        if (!document) return 'The image could not be stored.'
        ctx.ingest(document)
        finds.media.push(document)
        return `The image is made and shown to the user (${document.filename}).`
      } catch (error) {
        signal.throwIfAborted()
        return `No image was made: ${error instanceof Error ? error.message : 'it failed'}.`
      }
    },
  }
}
