import type { Ctx } from '../context.ts'
import { type Picture, pictureTypes } from '../models/model.ts'
import { listThreadImages, type ThreadImage } from '../store/images.ts'
import type { PastMessage } from '../store/messages.ts'
import type { Leg } from './loop.ts'

/** What a message shows to the model, and the names of the images that it cannot be shown. */
export type Shown = { pictures: Picture[]; hidden: string[] }

/**
 * The images of a thread by the message they go with: the one they came with, or, where they were
 * uploaded by themselves, the next one. The latest come first where there are too many.
 */
export async function picturesOf(
  ctx: Ctx,
  { thread, model }: Leg,
  history: PastMessage[],
): Promise<Map<string, Shown>> {
  const shown = new Map<string, Shown>()
  if (model.offline) return shown
  const images = await listThreadImages(ctx.db, thread.ownerId, thread.id)
  const { picturesPerPrompt, pictureBytes, pictureBytesPerPrompt } = ctx.limits
  let [count, bytes] = [picturesPerPrompt, pictureBytesPerPrompt]
  for (const image of images) {
    const messageId = placeOf(image, history)
    if (!messageId) continue
    const here = shown.get(messageId) ?? { pictures: [], hidden: [] }
    shown.set(messageId, here)
    const takes = model.canSee && pictureTypes.has(image.mediaType)
    const fits = count > 0 && image.sizeBytes <= Math.min(pictureBytes, bytes)
    const picture = takes && fits ? await read(ctx, image) : null
    if (picture) {
      here.pictures.unshift(picture)
      count -= 1
      bytes -= image.sizeBytes
    } else here.hidden.unshift(image.filename)
  }
  return shown
}

function placeOf({ id, messageId }: ThreadImage, history: PastMessage[]): string | null {
  const users = history.filter((message) => message.role === 'user')
  if (messageId) return users.find((message) => message.id === messageId)?.id ?? null
  // Ids grow with time; dates of messages can be backdated.
  const next = users.find((message) => message.id > id)
  return (next ?? users.at(-1))?.id ?? null
}

/** Null when it is deleted meanwhile. */
async function read({ blobs }: Ctx, { blobKey, mediaType }: ThreadImage): Promise<Picture | null> {
  try {
    return { mediaType, data: (await blobs.read(blobKey)).toString('base64') }
  } catch {
    return null
  }
}
