/** Members of a request that a server may refuse, and without which it can still answer. */
export type OptionalMember = 'stream_options' | 'response_format' | 'max_completion_tokens' | 'max_tokens'

/** Servers name the limit by either name, whichever was sent. vLLM and DeepSeek describe it instead, when the context is full. */
const limit = /\bmax_?(completion_|new_|output_)?tokens\b|\bin the completion\b/i

/** How the body of a refusal names each of them. Some servers write their names as one word, with capitals. */
const names: Record<OptionalMember, RegExp> = {
  stream_options: /\bstream_?options\b|\binclude_?usage\b/i,
  response_format: /\bresponse_?format\b/i,
  max_completion_tokens: limit,
  max_tokens: limit,
}

/**
 * The sent member that the body of a refusal names, if any; if it names several, the most likely one.
 *
 * That is the member in a string of its own, as in OpenAI's `param` and FastAPI's `loc`; else the first one in a message;
 * else one in a name, as in `{"errors": {"stream_options": ["unknown field"]}}`. Names come last since a server may
 * repeat the whole request.
 *
 * @param body as it came: JSON, or anything else
 */
export function namedMember(body: string, sent: readonly OptionalMember[]): OptionalMember | undefined {
  const { values, keys } = wordsOf(body)
  const alone = values.find(value => sent.some(member => member === value))
  return (alone as OptionalMember | undefined) ?? firstIn(values.join('\n'), sent) ?? firstIn(keys.join('\n'), sent)
}

/** All strings of a document, and all names in it. A body that is not JSON is one string. */
function wordsOf(body: string): { values: string[]; keys: string[] } {
  const values: string[] = []
  const keys: string[] = []
  try {
    JSON.parse(body, (key, value) => {
      keys.push(key)
      if (typeof value === 'string') values.push(value)
    })
    return { values, keys }
  } catch {
    // Not JSON, cut off, or nested deeper than the parser goes.
    return { values: [body], keys: [] }
  }
}

function firstIn(text: string, sent: readonly OptionalMember[]): OptionalMember | undefined {
  return sent
    .map(member => ({ member, at: text.search(names[member]) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0]?.member
}
