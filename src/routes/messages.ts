import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { checkValue } from '../http/body.ts'
import { leftSignal, replyWithRun } from '../http/reply.ts'
import type { AskedSpeech } from '../models/speech.ts'
import { documentsReady } from '../runs/attachments.ts'
import type { RunEvent } from '../runs/events.ts'
import { hear, withSpeech } from '../runs/speech.ts'
import { saveOnly, startRun } from '../runs/start.ts'
import type { FailedWord } from '../wire/document.ts'
import {
  NewMessage,
  type NewMessageBody,
  NewThreadMessage,
  normaliseNewMessage,
  toMemorySettings,
  toSettings,
  toVoice,
  toWrittenAt,
} from '../wire/new-message.ts'
import { TurnReply } from '../wire/run.ts'
import { errorReplies } from '../wire/schema.ts'
import { ThreadPath } from '../wire/thread.ts'
import { acceptedType } from './documents.ts'
import { attach, attachmentsOf, findPlace, orUndo, takeBack } from './place.ts'

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
        // What was JSON inside a text has not been looked into yet.
        for (const name of ['tools', 'thinking', 'metadata', 'openrouter', 'voice'])
          checkValue(fields[name], ctx.limits.jsonDepth)
        request.body = fields
      }
    }

    async function answer(request: FastifyRequest, reply: FastifyReply, body: NewMessageBody) {
      checkContent(body, request)
      const files = (request.uploads ?? []).filter((upload) => upload.field === 'files')
      for (const { filename } of files) acceptedType(filename)
      const left = leftSignal(reply)
      const { stt, tts } = toVoice(body.voice)
      const heard = await heardIn(request, stt, left)
      const said = [body.content, heard?.transcript].filter((text) => text?.trim())
      const turn = {
        messageId: ctx.ids(),
        content: said.length > 0 ? said.join('\n\n') : (body.content ?? null),
        metadata: body.metadata ?? null,
        writtenAt: toWrittenAt(body.metadata),
      }
      const voice = { heard, tts, whole: body.stream !== true }
      const aloud = (events: AsyncIterable<RunEvent>) =>
        heard || tts ? withSpeech(ctx, events, voice, left) : events
      const options = { stream: body.stream === true, accumulate, failedWord, limits: ctx.limits }
      if (body.send_to_llm === false) {
        const asked = { provider: body.llm_provider ?? null, model: body.model_name ?? null }
        const remember = toMemorySettings(body).memory?.mode === 'auto' ? asked : null
        const place = await findPlace(ctx, request.owner, body)
        const undo = () => takeBack(ctx, place, turn.messageId)
        const attachments = await attach(ctx, request, place.thread, turn.messageId, files)
        const events = saveOnly(ctx, { ...turn, ...place, attachments, remember }, left)
        return replyWithRun(reply, aloud(orUndo(events, undo)), options)
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
      return replyWithRun(reply, aloud(orUndo(events, undo)), options)
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
