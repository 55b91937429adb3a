import type { JsonFormat } from './completion.ts'

/** The member `response_format` of a request. */
export type ResponseFormat =
  | { type: 'json_schema'; json_schema: { name: string; strict: true; schema: Record<string, unknown> } }
  | { type: 'json_object' }

/** How the request asks for JSON, the strongest form first. `none` leaves it to the prompt. */
export const jsonForms = ['json_schema', 'json_object', 'none'] as const
export type JsonForm = (typeof jsonForms)[number]

/**
 * A refusal with one of these may be about the form, also when it does not name the member: DeepSeek answers 400 to
 * `json_schema` and LM Studio to `json_object`; vLLM and Groq answer 400 to schema keywords that they do not know, FastAPI
 * servers 422, OpenRouter 404. It may also be about something else: then the server refuses the weaker forms too.
 */
export const mayMeanJson = new Set([400, 404, 415, 422, 501])

export function responseFormat(form: JsonForm, { name, schema }: JsonFormat): ResponseFormat | undefined {
  if (form === 'json_schema') return { type: form, json_schema: { name, strict: true, schema } }
  return form === 'json_object' ? { type: form } : undefined
}
