import type { MultipartFile, MultipartValue } from '@fastify/multipart'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, unprocessable } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { checkText } from './body.ts'

/** A file that came with a form. */
export type UploadedFile = { field: string; filename: string; bytes: number }

declare module 'fastify' {
  interface FastifyRequest {
    uploads: UploadedFile[]
  }
}

/** Lets routes whose config says `form` take multipart bodies: fields land in `body`, files in `uploads`. */
export async function readForms(app: FastifyInstance, limits: Limits): Promise<void> {
  await app.register(multipart, {
    limits: {
      fieldSize: limits.bodyBytes,
      fileSize: limits.uploadBytes,
      files: limits.uploadFiles,
      fields: 200,
    },
  })
  app.decorateRequest('uploads')
  app.addHook('preValidation', async (request) => {
    if (!request.isMultipart()) return
    if (request.routeOptions.config.form !== true) {
      throw unprocessable(
        ['body'],
        'Input should be a valid dictionary or object to extract fields from',
        'model_attributes_type',
      )
    }
    request.isForm = true
    request.uploads = []
    request.body = await readParts(request, limits.bodyBytes)
  })
}

async function readParts(request: FastifyRequest, mostBytes: number) {
  const fields: Record<string, unknown> = Object.create(null)
  let left = mostBytes
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') left -= readField(part, fields)
      else await readFile(part, request)
      if (left < 0) throw new AppError('too_large', 'The request is too large')
    }
  } catch (error) {
    throw multipartError(error)
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

async function readFile(part: MultipartFile, request: FastifyRequest) {
  let bytes = 0
  for await (const chunk of part.file) bytes += (chunk as Buffer).length
  if (part.file.truncated) throw new AppError('too_large', `${part.filename} is too large`)
  request.uploads.push({ field: part.fieldname, filename: checkText(part.filename), bytes })
}

function multipartError(error: unknown) {
  if (error instanceof AppError) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  if (statusCode === 413 || code?.endsWith('_LIMIT')) {
    return new AppError('too_large', 'The form has too many or too large parts')
  }
  return new AppError('invalid', 'There was an error parsing the body')
}
