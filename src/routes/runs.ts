import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { leftSignal, replyWithRun } from '../http/reply.ts'
import { cancelRun } from '../runs/cancel.ts'
import { resumeRun } from '../runs/resume.ts'
import { findLatestRun, findWaitingRun, getRun } from '../store/runs.ts'
import { getConversation, getThread } from '../store/threads.ts'
import { readSwitches } from '../wire/new-message.ts'
import { type TurnOptions, TurnReply } from '../wire/run.ts'
import { errorReplies } from '../wire/schema.ts'
import {
  CancelReply,
  RunPath,
  StreamQuery,
  ThreadToolOutputs,
  ToolOutputs,
  toOutputs,
  toOverrides,
} from '../wire/tool-outputs.ts'

const tags = ['Runs']

export const runRoutes =
  (
    ctx: Ctx,
    { accumulate, failedWord }: TurnOptions & { accumulate: boolean },
  ): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/threads/:thread_id/runs/:run_id/submit-tool-outputs',
      {
        preValidation: readStream,
        schema: {
          tags,
          summary: 'Answer a run’s tool calls and get what follows',
          params: RunPath,
          querystring: StreamQuery,
          body: ToolOutputs,
          response: { 200: TurnReply, ...errorReplies },
        },
      },
      async (request, reply) =>
        resume(request, reply, {
          ...{ threadId: request.params.thread_id, runId: request.params.run_id },
          ...{ body: request.body, stream: request.query.stream },
        }),
    )

    app.post(
      '/threads/tool-outputs',
      {
        preValidation: readStream,
        schema: {
          tags,
          summary: 'Answer the tool calls of the run of a thread that waits for it',
          querystring: StreamQuery,
          body: ThreadToolOutputs,
          response: { 200: TurnReply, ...errorReplies },
        },
      },
      async (request, reply) => {
        const { thread_id: threadId, run_id } = request.body
        const runId = run_id ?? (await waitingRunId(ctx, request.owner, threadId))
        return resume(request, reply, {
          ...{ threadId, runId, body: request.body, stream: request.query.stream },
        })
      },
    )

    app.post(
      '/threads/:thread_id/runs/:run_id/cancel',
      {
        schema: {
          tags,
          summary: 'Cancel a run; one that has ended stays as it is',
          params: RunPath,
          response: { 200: CancelReply, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const thread = await getThread(ctx.db, owner, params.thread_id)
        const run = await cancelRun(ctx, thread, params.run_id)
        return { thread_id: thread.id, run_id: run.id, cancelled: run.status === 'cancelled' }
      },
    )

    async function resume(
      request: FastifyRequest,
      reply: FastifyReply,
      { threadId, runId, body, stream }: Resumption,
    ) {
      const place = await getConversation(ctx.db, request.owner, threadId)
      const run = await getRun(ctx.db, request.owner, threadId, runId)
      const model = ctx.models.resolve(run.provider, run.model)
      if (model.offline) reply.header('x-homecourt-model', 'offline')
      const submission = { runId, outputs: toOutputs(body), overrides: toOverrides(body) }
      const events = resumeRun(ctx, { ...place, ...submission, model }, leftSignal(reply))
      const options = {
        stream: stream || body.stream === true,
        accumulate,
        failedWord,
        limits: ctx.limits,
      }
      return replyWithRun(reply, events, options)
    }
  }

type Resumption = {
  threadId: string
  runId: string
  body: Static<typeof ToolOutputs>
  stream: boolean | undefined
}

/** The latest run stands in where none waits, so that a repeated submission finds its result. */
async function waitingRunId(ctx: Ctx, owner: string, threadId: string): Promise<string> {
  const thread = await getThread(ctx.db, owner, threadId)
  const run =
    (await findWaitingRun(ctx.db, owner, thread.id)) ??
    (await findLatestRun(ctx.db, owner, thread.id))
  if (!run) throw new AppError('invalid', 'The thread has no run that waits for tool outputs')
  return run.id
}

async function readStream(request: FastifyRequest) {
  if (typeof request.query === 'object' && request.query)
    request.query = readSwitches(request.query)
  const { body } = request
  if (typeof body === 'object' && body && !Array.isArray(body)) request.body = readSwitches(body)
}
