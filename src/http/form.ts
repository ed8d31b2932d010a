import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { TooLarge } from '../blobs/blobs.ts'
import type { Ctx } from '../context.ts'
import { AppError, unprocessable } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { checkText } from './body.ts'

/** A file that came with a form, stored under `blobKey` unless nobody keeps it. */
export type UploadedFile = { field: string; filename: string; bytes: number; blobKey: string }

declare module 'fastify' {
  interface FastifyRequest {
    uploads: UploadedFile[]
    /** Those uploads that outlive the request; the bytes of the others are removed when it ends. */
    keptUploads: Set<UploadedFile> | null
  }
}

/** Lets routes whose config says `form` take multipart bodies: fields land in `body`, files in `uploads`. */
export async function readForms(app: FastifyInstance, ctx: Ctx): Promise<void> {
  const { limits } = ctx
  await app.register(multipart, {
    limits: {
      fieldSize: limits.bodyBytes,
      fileSize: limits.uploadBytes,
      files: limits.uploadFiles,
      fields: 200,
    },
  })
  app.decorateRequest('uploads')
  app.decorateRequest('keptUploads', null)
  app.addHook('onResponse', (request) => dropUploads(request, ctx))
  app.addHook('onRequestAbort', (request) => dropUploads(request, ctx))
  app.addHook('preValidation', async (request, reply) => {
    if (!request.isMultipart()) return
    // The npm SDK's process would not end before an idle connection that carried a form does.
    reply.header('connection', 'close')
    if (request.routeOptions.config.form !== true) {
      throw unprocessable(
        ['body'],
        'Input should be a valid dictionary or object to extract fields from',
        'model_attributes_type',
      )
    }
    request.isForm = true
    request.uploads = []
    request.body = await readParts(request, ctx)
  })
}

async function dropUploads(request: FastifyRequest, { blobs }: Ctx) {
  for (const upload of request.uploads?.splice(0) ?? []) {
    if (!request.keptUploads?.has(upload)) await blobs.remove(upload.blobKey)
  }
}

async function readParts(request: FastifyRequest, ctx: Ctx) {
  const fields: Record<string, unknown> = Object.create(null)
  let left = ctx.limits.bodyBytes
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') left -= readField(part, fields)
      else await readFile(part, request, ctx)
      if (left < 0) throw new AppError('too_large', 'The request is too large')
    }
  } catch (error) {
    throw multipartError(error, ctx.limits)
  }
  return fields
}

/** Returns the bytes the field took. */
function readField(part: MultipartValue, fields: Record<string, unknown>): number {
  if (part.valueTruncated) throw new AppError('too_large', 'A form field is too large')
  // A part labelled as JSON comes parsed; every field is text from here on.
  const text = typeof part.value === 'string' ? part.value : JSON.stringify(part.value)
  fields[part.fieldname] = checkText(text)
  return Buffer.byteLength(text)
}

async function readFile(part: MultipartFile, request: FastifyRequest, { blobs, ids, limits }: Ctx) {
  const filename = checkText(part.filename ?? '', ['body', part.fieldname])
  const blobKey = ids()
  const bytes = await blobs.put(blobKey, part.file, limits.uploadBytes).catch((error: unknown) => {
    // What the form broke off with is the client's doing; anything else is not.
    if (error instanceof TooLarge || error === part.file.errored) throw error
    throw new NotStored('an upload could not be stored', { cause: error })
  })
  request.uploads.push({ field: part.fieldname, filename, bytes, blobKey })
  if (part.file.truncated) throw new TooLarge(filename)
}

class NotStored extends Error {}

function multipartError(error: unknown, { uploadBytes, uploadFiles }: Limits) {
  if (error instanceof AppError || error instanceof NotStored) return error
  if (error instanceof TooLarge) {
    const most = Math.floor(uploadBytes / 1024 / 1024)
    return new AppError('too_large', `The file is too large; at most ${most} MB are taken`)
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  if (code === 'FST_FILES_LIMIT') {
    return new AppError('too_large', `A form has at most ${uploadFiles} files`)
  }
  if (statusCode === 413 || code?.endsWith('_LIMIT')) {
    return new AppError('too_large', 'The form has too many or too large parts')
  }
  return new AppError('invalid', 'There was an error parsing the body')
}
