import type { BegunCompletion, Completion, JsonFormat } from './completion.ts'
import { jsonForms, mayMeanJson, type ResponseFormat, responseFormat } from './json-format.ts'
import type { OptionalMember } from './named-member.ts'

/** What the caller wants of a completion besides its text. It always wants the token count. */
export interface Wishes {
  format?: JsonFormat
  maxOutputTokens?: number
}

/** Members of a request that a server may refuse. */
export type OptionalMembers = {
  [Member in OptionalMember]?: Member extends 'stream_options'
    ? { include_usage: true }
    : Member extends 'response_format'
      ? ResponseFormat
      : number
}

/**
 * How the request asks for each wish, the best form first; `none` is not to ask. Of the two limits, Mistral and TensorRT-LLM
 * know only the older one, OpenAI's reasoning models only the newer one. Older gateways know no `stream_options`.
 */
const ladders = {
  usage: ['stream_options', 'none'],
  format: jsonForms,
  length: ['max_completion_tokens', 'max_tokens', 'none'],
} as const satisfies Record<string, readonly string[]>

type Wish = keyof typeof ladders
type Forms = { readonly [W in Wish]: (typeof ladders)[W][number] }
type Form = Forms[Wish]

/** A server does not take this form; the next form is tried. */
export interface FormRefused {
  member: OptionalMember
  refused: Form
  next: Form
  status: number
}

/**
 * Outcomes that show that the server took the request and the model wrote. Any other outcome shows too little to be
 * remembered.
 */
const shownToWork = new Set<Completion['outcome']>(['completed', 'length', 'content-filter', 'refused'])

/** A weaker form is used for this long without trying the better ones: a server may be upgraded. */
const rememberedForMs = 60 * 60 * 1000

/**
 * Finds the form in which a model's server takes the optional members of a request; one instance per model.
 *
 * Every completion begins with the best form of each wish, or with the form that worked within the last hour. When a refusal
 * names a member, its next form is tried; a refusal that names none may also mean JSON: see `mayMeanJson`. So no form is
 * sent twice, and the forms that then work are remembered. Any other refusal ends the completion, and nothing is
 * remembered. A server that takes a member and ignores it goes unnoticed: the reader of the answer must bear anything.
 */
export class OptionalForms {
  /** At most one entry for each wish. */
  readonly #known = new Map<Wish, { form: Form; sinceMs: number }>()

  /**
   * A completion with these wishes; the function is called again for each retry. A retry goes on with the forms that the
   * attempts before it came to.
   */
  asking(
    wishes: Wishes,
    begin: (members: OptionalMembers) => Promise<BegunCompletion | Completion>,
    onRefused: (refusal: FormRefused) => void,
  ): () => Promise<BegunCompletion | Completion> {
    const first = this.#first(wishes)
    let forms = first
    return async () => {
      for (;;) {
        const begun = await begin(membersOf(forms, wishes))
        const wish = begun.outcome === 'rejected' ? refusedWish(begun, forms) : undefined
        if (!wish || begun.outcome !== 'rejected') {
          // A remembered form that still works keeps its time, or it would be used for ever.
          return begun.outcome === 'begun' && forms !== first ? this.#watched(begun, first, forms) : begun
        }
        const refused = forms[wish]
        forms = { ...forms, [wish]: nextForm(wish, refused) }
        onRefused({ member: memberOf(refused) as OptionalMember, refused, next: forms[wish], status: begun.status })
      }
    }
  }

  /** Remembers the forms of this attempt if the completion shows that they work. */
  #watched({ outcome, read }: BegunCompletion, first: Forms, forms: Forms): BegunCompletion {
    return {
      outcome,
      read: async onDelta => {
        const completion = await read(onDelta)
        if (shownToWork.has(completion.outcome)) {
          for (const wish of allWishes)
            if (forms[wish] !== first[wish]) this.#known.set(wish, { form: forms[wish], sinceMs: performance.now() })
        }
        return completion
      },
    }
  }

  #first({ format, maxOutputTokens }: Wishes): Forms {
    for (const [wish, { sinceMs }] of this.#known)
      if (performance.now() - sinceMs >= rememberedForMs) this.#known.delete(wish)
    const best = (wish: Wish) => this.#known.get(wish)?.form ?? ladders[wish][0]
    return {
      usage: best('usage'),
      format: format ? best('format') : 'none',
      length: maxOutputTokens === undefined ? 'none' : best('length'),
    } as Forms
  }
}

const allWishes = Object.keys(ladders) as Wish[]

function membersOf({ usage, format, length }: Forms, wishes: Wishes): OptionalMembers {
  const json = wishes.format && responseFormat(format, wishes.format)
  return {
    ...(usage !== 'none' && { stream_options: { include_usage: true } }),
    ...(json && { response_format: json }),
    ...(length !== 'none' && { [length]: wishes.maxOutputTokens }),
  }
}

/** The wish whose form the server refused, if the refusal is about one. */
function refusedWish({ status, member }: Extract<Completion, { outcome: 'rejected' }>, forms: Forms): Wish | undefined {
  const named = member && allWishes.find(wish => memberOf(forms[wish]) === member)
  return named ?? (forms.format !== 'none' && mayMeanJson.has(status) ? 'format' : undefined)
}

function nextForm(wish: Wish, form: Form): Form {
  const ladder: readonly Form[] = ladders[wish]
  return ladder[ladder.indexOf(form) + 1] ?? 'none'
}

function memberOf(form: Form): OptionalMember | undefined {
  if (form === 'none') return undefined
  return form === 'json_schema' || form === 'json_object' ? 'response_format' : form
}
