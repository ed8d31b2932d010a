import { embedMemories } from './embed-memories.ts'
import { ingestDocument } from './ingest-document.ts'
import type { Job } from './job.ts'

/** Every job a worker takes. */
export const allJobs: Job[] = [ingestDocument, embedMemories]
