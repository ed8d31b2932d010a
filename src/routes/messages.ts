import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { checkValue } from '../http/body.ts'
import { leftSignal, replyWithRun } from '../http/reply.ts'
import { documentsReady } from '../runs/attachments.ts'
import { saveOnly, startRun } from '../runs/start.ts'
import type { FailedWord } from '../wire/document.ts'
import {
  NewMessage,
  type NewMessageBody,
  NewThreadMessage,
  normaliseNewMessage,
  toMemorySettings,
  toSettings,
  toWrittenAt,
} from '../wire/new-message.ts'
import { TurnReply } from '../wire/run.ts'
import { errorReplies } from '../wire/schema.ts'
import { ThreadPath } from '../wire/thread.ts'
import { acceptedType } from './documents.ts'
import { attach, attachmentsOf, findPlace, orUndo, takeBack } from './place.ts'

const tags = ['Messages']
/** `audio_file` is for speech, which has no effect yet. */
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
        // What was JSON inside a text has not been looked into yet.
        for (const name of ['tools', 'thinking', 'metadata', 'openrouter'])
          checkValue(fields[name], ctx.limits.jsonDepth)
        request.body = fields
      }
    }

    async function answer(request: FastifyRequest, reply: FastifyReply, body: NewMessageBody) {
      checkContent(body, request)
      const files = (request.uploads ?? []).filter((upload) => upload.field === 'files')
      for (const { filename } of files) acceptedType(filename)
      const turn = {
        messageId: ctx.ids(),
        content: body.content ?? null,
        metadata: body.metadata ?? null,
        writtenAt: toWrittenAt(body.metadata),
      }
      const left = leftSignal(reply)
      const options = { stream: body.stream === true, accumulate, failedWord, limits: ctx.limits }
      if (body.send_to_llm === false) {
        const asked = { provider: body.llm_provider ?? null, model: body.model_name ?? null }
        const remember = toMemorySettings(body).memory?.mode === 'auto' ? asked : null
        const place = await findPlace(ctx, request.owner, body)
        const undo = () => takeBack(ctx, place, turn.messageId)
        const attachments = await attach(ctx, request, place.thread, turn.messageId, files)
        const events = saveOnly(ctx, { ...turn, ...place, attachments, remember }, left)
        return replyWithRun(reply, orUndo(events, undo), options)
      }
      const model = ctx.models.resolve(body.llm_provider ?? undefined, body.model_name ?? undefined)
      if (model.offline) reply.header('x-homecourt-model', 'offline')
      const place = await findPlace(ctx, request.owner, body)
      const undo = () => takeBack(ctx, place, turn.messageId)
      try {
        await attach(ctx, request, place.thread, turn.messageId, files)
        await documentsReady(ctx, place.thread, left)
      } catch (error) {
        await undo()
        throw error
      }
      const attachments =
        files.length > 0 ? await attachmentsOf(ctx, place.thread, turn.messageId) : []
      const settings = toSettings(body)
      const events = startRun(ctx, { ...turn, ...place, attachments, model, settings }, left)
      return replyWithRun(reply, orUndo(events, undo), options)
    }

    function checkContent({ content }: NewMessageBody, request: FastifyRequest) {
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
      if (!content?.trim() && !request.uploads?.some((upload) => upload.field === 'files')) {
        throw new AppError('invalid', 'Message content cannot be empty')
      }
    }
  }
