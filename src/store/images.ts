import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Document } from './documents.ts'

export type ThreadImage = Pick<
  Document,
  'id' | 'messageId' | 'filename' | 'mediaType' | 'blobKey' | 'sizeBytes'
>

const imageTypes = ['png', 'jpeg', 'webp', 'gif', 'bmp', 'tiff'].map((kind) => `image/${kind}`)

/** The images of a thread, those that came with its messages included, newest first. */
export async function listThreadImages(
  db: Db,
  owner: string,
  threadId: string,
): Promise<ThreadImage[]> {
  const { documents } = db.t
  const query = db.prepared('list_thread_images', () =>
    db
      .select({
        id: documents.id,
        messageId: documents.messageId,
        filename: documents.filename,
        mediaType: documents.mediaType,
        blobKey: documents.blobKey,
        sizeBytes: documents.sizeBytes,
      })
      .from(documents)
      .where(
        and(
          eq(documents.threadId, sql.placeholder('threadId')),
          eq(documents.ownerId, sql.placeholder('owner')),
          eq(documents.status, 'indexed'),
          inArray(documents.mediaType, imageTypes),
        ),
      )
      .orderBy(desc(documents.createdAt), desc(documents.id)),
  )
  return query.execute({ threadId, owner })
}
