import { text, url } from './kinds.ts'

/** How the providers of `models/providers.ts` are reached. */
export const providerVariables = {
  OPENAI_API_KEY: text('Key of OpenAI, or of the server that OPENAI_BASE_URL names.'),
  OPENAI_BASE_URL: url(
    'OpenAI-compatible server, with its /v1 (Ollama, vLLM, LM Studio…).',
    'http',
    'https',
  ),
  ANTHROPIC_API_KEY: text('Key of Anthropic.'),
  ANTHROPIC_BASE_URL: url('Server that speaks the Anthropic API.', 'http', 'https'),
  GEMINI_API_KEY: text('Key of Google Gemini (provider google).'),
  COHERE_API_KEY: text('Key of Cohere.'),
  XAI_API_KEY: text('Key of xAI.'),
  OPENROUTER_API_KEY: text('Key of OpenRouter.'),
  CEREBRAS_API_KEY: text('Key of Cerebras.'),
  FEATHERLESS_API_KEY: text('Key of Featherless.'),
  GROQ_API_KEY: text('Key of Groq.'),
  MISTRAL_API_KEY: text('Key of Mistral.'),
  TOGETHER_API_KEY: text('Key of Together.'),
  DEEPSEEK_API_KEY: text('Key of DeepSeek.'),
  FIREWORKS_API_KEY: text('Key of Fireworks.'),
  AWS_BEARER_TOKEN_BEDROCK: text('API key of Amazon Bedrock (provider aws-bedrock).'),
  AWS_REGION: text('Region of Amazon Bedrock.', 'us-east-1'),
  AZURE_OPENAI_API_KEY: text('Key of an Azure OpenAI resource (provider azure).'),
  AZURE_OPENAI_ENDPOINT: url('That resource: https://NAME.openai.azure.com.', 'http', 'https'),
  OLLAMA_BASE_URL: url('An Ollama server, with its /v1 (provider ollama).', 'http', 'https'),
  OLLAMA_API_KEY: text('Key of that server, where it wants one.'),
  VOYAGE_API_KEY: text('Key of Voyage AI (embeddings only).'),
  HF_TOKEN: text('Token of Hugging Face (provider huggingface).'),
  NVIDIA_API_KEY: text('Key of NVIDIA NIM.'),
  MOONSHOT_API_KEY: text('Key of Moonshot AI (provider moonshotai).'),
  ZAI_API_KEY: text('Key of Z.ai (provider zai).'),
  PERPLEXITY_API_KEY: text('Key of Perplexity.'),
  AI_GATEWAY_API_KEY: text('Key of the Vercel AI Gateway (provider vercel).'),
}

/** Servers that are named by their variables alone: `HOMECOURT_PROVIDER_MY_BOX_URL` is `my-box`. */
export function readProviders(env: Record<string, string | undefined>, wrong: string[]) {
  const providers: Record<string, { url: string; key: string }> = {}
  for (const [variable, given] of Object.entries(env)) {
    const [, name, what] = /^HOMECOURT_PROVIDER_([A-Z0-9_]+)_(URL|KEY)$/.exec(variable) ?? []
    const value = given?.trim()
    if (!name || !value) continue
    const row = name.toLowerCase().replaceAll('_', '-')
    providers[row] ??= { url: '', key: '' }
    if (what === 'KEY') providers[row].key = value
    else if (URL.canParse(value) && /^https?:/.test(value)) providers[row].url = value
    else wrong.push(`${variable} is ${JSON.stringify(value)}; it must be a URL starting with http`)
  }
  return providers
}
