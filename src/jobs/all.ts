import { embedMemories } from './embed-memories.ts'
import { ingestDocument, ingestNote, ingestRecording } from './ingest-document.ts'
import type { Job } from './job.ts'
import { removeDocument, removeLeftBehind } from './remove-documents.ts'
import { writeMemories } from './write-memories.ts'

/** Every job a worker takes. */
export const allJobs: Job[] = [
  ingestDocument,
  ingestNote,
  ingestRecording,
  removeDocument,
  removeLeftBehind,
  writeMemories,
  embedMemories,
]
