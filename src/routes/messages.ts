import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import type { UploadedFile } from '../http/form.ts'
import { leftSignal, replyWithRun } from '../http/reply.ts'
import type { AskedSpeech } from '../models/speech.ts'
import { hear } from '../runs/speech.ts'
import type { Thread } from '../store/threads.ts'
import type { FailedWord } from '../wire/document.ts'
import {
  NewMessage,
  type NewMessageBody,
  NewThreadMessage,
  normaliseNewMessage,
  toVoice,
} from '../wire/new-message.ts'
import { TurnReply } from '../wire/run.ts'
import { errorReplies } from '../wire/schema.ts'
import { ThreadPath } from '../wire/thread.ts'
import { acceptedType, storeUploads } from './documents.ts'
import { checkNested, modelOf, openTurn } from './turn.ts'

const tags = ['Messages']
/** `audio_file` is speech, for `voice.stt`. */
const fileFields = ['files', 'audio_file']

type Options = { accumulate: boolean; failedWord: FailedWord }

const consumes = ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded']

export const messageRoutes =
  (ctx: Ctx, { accumulate, failedWord }: Options): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/threads/:thread_id/messages',
      {
        config: { form: true },
        preValidation: normalise,
        schema: {
          tags,
          consumes,
          summary: 'Add a message to a thread and get its answer',
          params: ThreadPath,
          body: NewThreadMessage,
          response: { 200: TurnReply, ...errorReplies },
        },
      },
      async (request, reply) =>
        answer(request, reply, { ...request.body, thread_id: request.params.thread_id }),
    )

    app.post(
      '/threads/messages',
      {
        config: { form: true },
        preValidation: normalise,
        schema: {
          tags,
          consumes,
          summary: 'Send a message, opening a thread and an assistant where none are named',
          body: NewMessage,
          response: { 200: TurnReply, ...errorReplies },
        },
      },
      async (request, reply) => answer(request, reply, request.body),
    )

    async function normalise(request: FastifyRequest) {
      const { body } = request
      if (body === undefined || body === null) request.body = {}
      else if (typeof body === 'object' && !Array.isArray(body)) {
        const fields = normaliseNewMessage(body as Record<string, unknown>, request.isForm)
        checkNested(fields, ctx.limits.jsonDepth)
        request.body = fields
      }
    }

    async function answer(request: FastifyRequest, reply: FastifyReply, body: NewMessageBody) {
      checkContent(body, request)
      const files = (request.uploads ?? []).filter((upload) => upload.field === 'files')
      for (const { filename } of files) acceptedType(filename)
      const left = leftSignal(reply)
      const heard = await heardIn(request, toVoice(body.voice).stt, left)
      const model = modelOf(ctx, body)
      if (model?.offline) reply.header('x-homecourt-model', 'offline')
      const sent = {
        ...{ owner: request.owner, body, heard, model, stream: body.stream === true },
        attach: files.length > 0 ? attachFiles(request, files) : null,
      }
      const events = await openTurn(ctx, sent, left)
      const options = { stream: sent.stream, accumulate, failedWord, limits: ctx.limits }
      return replyWithRun(reply, events, options)
    }

    /** Files of a message become documents of its thread, on their way before the message is. */
    function attachFiles(request: FastifyRequest, files: UploadedFile[]) {
      return ({ assistantId, id: threadId }: Thread, messageId: string) =>
        storeUploads(ctx, request, files, { assistantId, threadId, messageId })
    }

    /** The words of the message's recording; null where none is to be heard. Its sound is not kept. */
    async function heardIn(request: FastifyRequest, stt: AskedSpeech | null, left: AbortSignal) {
      const [audio] = (request.uploads ?? []).filter(({ field }) => field === 'audio_file')
      if (!stt) return null
      if (!audio) throw new AppError('invalid', 'voice.stt needs a recording: a part audio_file')
      const { filename, blobKey } = audio
      const heard = await hear(ctx, stt, { filename, bytes: await ctx.blobs.read(blobKey) }, left)
      if (heard.transcript.trim() !== '') return heard
      throw new AppError('invalid', 'Nothing was said in audio_file')
    }

    function checkContent({ content, voice }: NewMessageBody, request: FastifyRequest) {
      if (content && content.length > ctx.limits.contentChars) {
        throw new AppError(
          'too_large',
          `Message content may have ${ctx.limits.contentChars} characters`,
        )
      }
      const other = request.uploads?.find((upload) => !fileFields.includes(upload.field))
      if (other) {
        const { field } = other
        throw new AppError('invalid', `Send files as parts named files, not ${field.slice(0, 100)}`)
      }
      const spoken = toVoice(voice).stt !== null
      if (!content?.trim() && !spoken && !request.uploads?.some(({ field }) => field === 'files')) {
        throw new AppError('invalid', 'Message content cannot be empty')
      }
    }
  }
