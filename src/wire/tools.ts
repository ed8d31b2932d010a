/**
 * A tool list as clients can read it back. They send any JSON Schema and get it sent to the model
 * as it is; but the official Python SDK parses only narrow schemas in answers, and one tool it
 * cannot parse makes its whole list of assistants fail.
 */
export function toWireTools(tools: unknown[] | null): unknown[] | null {
  return tools?.map(normaliseTool) ?? null
}

type Json = Record<string, unknown>

function normaliseTool(tool: unknown): unknown {
  if (!isObject(tool)) return tool
  const fn = isObject(tool.function) ? tool.function : {}
  const type = typeof tool.type === 'string' ? tool.type : 'function'
  const name = typeof fn.name === 'string' ? fn.name : String(fn.name ?? tool.name ?? type)
  const parameters = normaliseParameters(fn.parameters)
  return { ...tool, type, function: { ...fn, name, parameters } }
}

function normaliseParameters(parameters: unknown): Json {
  const given = isObject(parameters) ? parameters : {}
  const properties = isObject(given.properties) ? given.properties : {}
  return {
    ...given,
    type: typeof given.type === 'string' ? given.type : 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, normaliseProperty(schema)]),
    ),
    ...('required' in given
      ? { required: Array.isArray(given.required) ? given.required.map(String) : [] }
      : {}),
  }
}

function normaliseProperty(schema: unknown): Json {
  const given = isObject(schema) ? schema : {}
  const { description, enum: values, ...rest } = given
  return {
    ...rest,
    type: typeName(given),
    ...(typeof description === 'string' ? { description } : {}),
    ...(Array.isArray(values) ? { enum: values.map(asText) } : {}),
  }
}

function typeName({ type, properties }: Json): string {
  if (typeof type === 'string') return type
  const named = Array.isArray(type)
    ? type.find((one) => typeof one === 'string' && one !== 'null')
    : undefined
  return typeof named === 'string' ? named : isObject(properties) ? 'object' : 'string'
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
