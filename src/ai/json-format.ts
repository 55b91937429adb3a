import type { BegunCompletion, Completion, JsonFormat } from './completion.ts'

/** The member `response_format` of a request. */
export type ResponseFormat =
  | { type: 'json_schema'; json_schema: { name: string; strict: true; schema: Record<string, unknown> } }
  | { type: 'json_object' }

/** How JSON is asked for, the strongest first. `none` leaves it to the prompt. */
const forms = ['json_schema', 'json_object', 'none'] as const
type Form = (typeof forms)[number]

/** A server does not take this form; the next weaker one is tried. */
export interface FormRefused {
  refused: Form
  next: Form
  status: number
}

/**
 * With these a server may mean the form: DeepSeek answers 400 to `json_schema` and LM Studio to `json_object`, vLLM and
 * Groq 400 to keywords of a schema that they do not know, FastAPI servers 422, OpenRouter 404. It may also mean
 * something else: then it refuses the weaker forms too. Its message is not looked at, since every server has its own.
 */
const mayMeanTheForm = new Set([400, 404, 415, 422, 501])

/** The server took the request and the model wrote: what ended otherwise shows too little to be remembered. */
const shownToWork = new Set<Completion['outcome']>(['completed', 'length', 'content-filter', 'refused'])

/** So long is a weaker form used without trying the stronger ones: a server may have been upgraded. */
const rememberedForMs = 60 * 60 * 1000

/**
 * Which form of asking for JSON a model's server takes; one per model.
 *
 * Every completion begins with the strongest form, or with the one that was found to work within the last hour. A form
 * that is refused gives way to the next weaker one; the one that then works is remembered. If the weakest is refused
 * too, that is how the completion ends, and nothing is remembered. Servers that take a form and ignore it are not
 * noticed: whoever reads the answer must bear anything.
 */
export class JsonForms {
  #known: { form: Form; sinceMs: number } | undefined

  /**
   * A completion that asks for `format`, to be called again for each retry: a retry goes on with the form that the
   * tries before it came to.
   */
  asking(
    format: JsonFormat,
    begin: (responseFormat: ResponseFormat | undefined) => Promise<BegunCompletion | Completion>,
    onRefused: (refusal: FormRefused) => void,
  ): () => Promise<BegunCompletion | Completion> {
    const first = this.#first()
    let form = first
    return async () => {
      for (;;) {
        const begun = await begin(responseFormat(form, format))
        const next = forms[forms.indexOf(form) + 1]
        if (next && begun.outcome === 'rejected' && mayMeanTheForm.has(begun.status)) {
          onRefused({ refused: form, next, status: begun.status })
          form = next
          continue
        }
        // One that was remembered and still works keeps its time, or it would be used for ever.
        return begun.outcome === 'begun' && form !== first ? this.#watched(begun, form) : begun
      }
    }
  }

  /** The form is remembered if the completion shows that it works. */
  #watched({ outcome, read }: BegunCompletion, form: Form): BegunCompletion {
    return {
      outcome,
      read: async onDelta => {
        const completion = await read(onDelta)
        if (shownToWork.has(completion.outcome)) this.#known = { form, sinceMs: Date.now() }
        return completion
      },
    }
  }

  #first(): Form {
    if (this.#known && Date.now() - this.#known.sinceMs >= rememberedForMs) this.#known = undefined
    return this.#known?.form ?? 'json_schema'
  }
}

function responseFormat(form: Form, { name, schema }: JsonFormat): ResponseFormat | undefined {
  if (form === 'json_schema') return { type: form, json_schema: { name, strict: true, schema } }
  return form === 'json_object' ? { type: form } : undefined
}
