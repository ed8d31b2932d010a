/** A record of [MS-PPT]: a container of records, or an atom with data. */
export type Record = { type: number; instance: number; isContainer: boolean; data: Buffer }

export type Persisted = { document: Record; at(persistId: number): Record | undefined }

const headerBytes = 8
const persistDirectory = 0x1772
const encryptedToken = 0xf3d1c4df
const editLimit = 10_000

/** The records directly inside a container; one that runs past its container is cut there. */
export function childrenOf({ data, isContainer }: Record): Record[] {
  const records: Record[] = []
  if (!isContainer) return records
  for (let at = 0; at + headerBytes <= data.length; ) {
    const record = recordAt(data, at)
    records.push(record)
    at += headerBytes + record.data.length
  }
  return records
}

/** Where the newest edit of the presentation stands, by the stream "Current User". */
export function currentEdit(user: Buffer): { offset: number; isEncrypted: boolean } {
  const { data } = recordAt(user, 0)
  return { offset: data.readUInt32LE(8), isEncrypted: data.readUInt32LE(4) === encryptedToken }
}

/**
 * The live objects of the stream. Every save appends an edit with a directory of what it changed,
 * so the newest entry for an id counts and what older ones point to is stale.
 */
export function openPersisted(stream: Buffer, newestEdit: number): Persisted {
  const offsets = new Map<number, number>()
  let documentId = 0
  let edit = newestEdit
  for (let edits = 0; edit > 0 && edits < editLimit; edits += 1) {
    const { data } = recordAt(stream, edit)
    documentId ||= data.readUInt32LE(16)
    readDirectory(stream, data.readUInt32LE(12), offsets)
    const older = data.readUInt32LE(8)
    // A chain that does not go back is a loop.
    edit = older < edit ? older : 0
  }
  const at = (id: number) => {
    const offset = offsets.get(id)
    return offset === undefined ? undefined : recordAt(stream, offset)
  }
  const document = at(documentId)
  if (!document) throw new Error('no document record')
  return { document, at }
}

/** Runs of offsets, each after a word with its first id in 20 bits and its length in 12. */
function readDirectory(stream: Buffer, offset: number, offsets: Map<number, number>) {
  const { type, data } = recordAt(stream, offset)
  if (type !== persistDirectory) throw new Error('no persist directory')
  for (let at = 0; at + 4 <= data.length; ) {
    const head = data.readUInt32LE(at)
    at += 4
    for (
      let id = head & 0xfffff, left = head >>> 20;
      left > 0 && at + 4 <= data.length;
      left -= 1
    ) {
      if (!offsets.has(id)) offsets.set(id, data.readUInt32LE(at))
      id += 1
      at += 4
    }
  }
}

function recordAt(bytes: Buffer, at: number): Record {
  const head = bytes.readUInt16LE(at)
  const start = at + headerBytes
  return {
    type: bytes.readUInt16LE(at + 2),
    instance: head >>> 4,
    isContainer: (head & 0xf) === 0xf,
    data: bytes.subarray(start, start + bytes.readUInt32LE(at + 4)),
  }
}
