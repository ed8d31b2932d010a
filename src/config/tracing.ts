import { oneOf, text, url, type Variable } from './kinds.ts'

const share: Variable<number> = {
  about: 'Share of traces that are kept by the two samplers of a ratio.',
  fallback: '1',
  allowed: 'a number from 0 to 1',
  parse: (value) => {
    const number = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : Number.NaN
    return number >= 0 && number <= 1 ? number : undefined
  },
}

/** OpenTelemetry’s own variables, by the names and defaults of its standard. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    'OpenTelemetry collector that takes traces over OTLP, HTTP and protobuf; /v1/traces is added. Empty: no traces.',
    'http',
    'https',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(
    'The same as the whole URL, in place of that one.',
    'http',
    'https',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: text(
    'Headers for the collector, as name=value,name=value, percent-encoded.',
  ),
  OTEL_SERVICE_NAME: text('Name of this service in traces. Empty: homecourt.'),
  OTEL_RESOURCE_ATTRIBUTES: text('What else is said of this process in traces, as name=value,…'),
  OTEL_TRACES_SAMPLER: oneOf(
    'Which traces are kept; parentbased: as the client’s traceparent says, where there is one.',
    'parentbased_always_on',
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ),
  OTEL_TRACES_SAMPLER_ARG: share,
}
