/** The number on everything that could otherwise grow or wait without end. */
export type Limits = {
  /** Of one API key; 0 is no limit. */
  requestsPerMinute: number
  bodyBytes: number
  jsonDepth: number
  uploadBytes: number
  uploadFiles: number
  contentChars: number
  /** Rounds of tool calls in one run; an agent past it is taken to be going in circles. */
  roundsPerRun: number
  /** Calls of the model in one leg, for the server's own tools. */
  stepsPerLeg: number
  toolCallsPerTurn: number
  /** Model text of one leg, in characters; past it the provider is cut off. */
  answerChars: number
  runMs: number
  /** How long a message waits for the runs before it on its thread. */
  turnWaitMs: number
  /** How long a cancel waits for another process to end the run. */
  cancelMs: number
  leaseMs: number
  leaseRenewMs: number
  sweepMs: number
  /** How long a worker has a document without a sign of life. */
  ingestLeaseMs: number
  ingestAttempts: number
  /** Vectors of a scope from which Postgres keeps an index of them: below, reading all takes no longer than a model. */
  indexedVectors: number
  /** How often it is looked which scopes have become so large, or small. */
  indexMs: number
  /** Images of a conversation that its model is shown, the latest first. */
  picturesPerPrompt: number
  /** Bytes of one image that is shown to a model; some providers refuse a larger one. */
  pictureBytes: number
  pictureBytesPerPrompt: number
  /** How long a vision model may take to describe an image: less than a message waits for it. */
  describeMs: number
  /** Bytes of one recording that is sent to be transcribed; endpoints refuse a larger one. */
  recordingBytes: number
  /** How long the transcription of one may take. Of a message's it is `describeMs`. */
  transcribeMs: number
  /** How long a message waits for its thread's documents. */
  documentWaitMs: number
  /** UTF-8 bytes of one memory, and of its metadata as JSON. */
  memoryBytes: number
  /** Rows of a list of all memories that are read at once, so that a long one holds nobody up. */
  memoryRowsAtOnce: number
  /** Memories shown to the model with a message; `memory_pro` doubles it. */
  memoriesRecalled: number
  /** How long a worker has an exchange without a sign of life. */
  memoryLeaseMs: number
  /** How long the writing of one exchange’s memories may take. */
  memoryWorkMs: number
  memoryAttempts: number
  /** How long a half-made clone may go without a sign of life before it is swept away. */
  cloneLeaseMs: number
  /** Voice WebSockets open at once in one process. */
  voiceSockets: number
  /** How long a client of one may take to say what it wants: less than it waits for an answer. */
  voiceConfigMs: number
  /** Bytes of one frame of it. */
  voiceFrameBytes: number
  /** The longest that is said between two commits, in time and in bytes. */
  voiceUtteranceMs: number
  voiceUtteranceBytes: number
  /** How long a client may be there and send nothing. */
  voiceIdleMs: number
  pingMs: number
  /** How long a client may leave a full socket unread. */
  stalledReaderMs: number
  /** Events a slow reader may lag behind before deltas are joined. */
  eventsAhead: number
}

export const defaultLimits: Limits = {
  requestsPerMinute: 0,
  bodyBytes: 20 * 1024 * 1024,
  jsonDepth: 100,
  uploadBytes: 100 * 1024 * 1024,
  uploadFiles: 20,
  contentChars: 4_000_000,
  roundsPerRun: 500,
  stepsPerLeg: 12,
  toolCallsPerTurn: 128,
  answerChars: 4_000_000,
  runMs: 15 * 60_000,
  turnWaitMs: 5 * 60_000,
  cancelMs: 5_000,
  leaseMs: 15_000,
  leaseRenewMs: 500,
  sweepMs: 5_000,
  ingestLeaseMs: 20_000,
  ingestAttempts: 6,
  indexedVectors: 10_000,
  indexMs: 60_000,
  picturesPerPrompt: 20,
  pictureBytes: 5 * 1024 * 1024,
  pictureBytesPerPrompt: 20 * 1024 * 1024,
  describeMs: 15_000,
  recordingBytes: 25 * 1024 * 1024,
  transcribeMs: 240_000,
  documentWaitMs: 20_000,
  memoryBytes: 64 * 1024,
  memoryRowsAtOnce: 1_000,
  memoriesRecalled: 12,
  memoryLeaseMs: 20_000,
  memoryWorkMs: 240_000,
  memoryAttempts: 3,
  cloneLeaseMs: 120_000,
  voiceSockets: 1_000,
  voiceConfigMs: 10_000,
  voiceFrameBytes: 1024 * 1024,
  voiceUtteranceMs: 120_000,
  voiceUtteranceBytes: 12 * 1024 * 1024,
  voiceIdleMs: 30 * 60_000,
  pingMs: 10_000,
  stalledReaderMs: 60_000,
  eventsAhead: 256,
}
