import { Problem } from '../../base/problem.ts'
import type { Checked } from './check/check-text.ts'
import type { Finding } from './check/finding.ts'
import { type Part, partsOf } from './limits.ts'

/** Also for records of others: no one can find out that they exist. */
export function recordNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'record-not-found',
    title: 'No such record',
    detail: 'There is no record with this id, or it is not yours.',
  })
}

/** Nothing was created. */
export function noSuchPart({ category, schoolLevel = 'high' }: Part): Problem {
  const parts = partsOf(schoolLevel)
  return new Problem({
    status: 422,
    code: 'no-such-part',
    title: 'No such part',
    detail: `Records of schools of the level "${schoolLevel}" have no part "${category}"; they have ${parts.join(', ')}.`,
    extensions: { schoolLevel, category, parts },
  })
}

/** Nothing was saved. */
export function recordWithoutText(): Problem {
  return new Problem({
    status: 409,
    code: 'record-without-text',
    title: 'The record has no text yet',
    detail: 'None of its versions has any text: wait until its task has ended, or try it again if it has failed.',
  })
}

export function versionNotFound(versions: number): Problem {
  return new Problem({
    status: 404,
    code: 'version-not-found',
    title: 'No such version',
    detail: `This record has ${versions} version${versions === 1 ? '' : 's'}, numbered from 0.`,
  })
}

/** Nothing was saved: a confirmation stores what the model wrote, and that cannot be read. */
export function versionDamaged(version: number): Problem {
  return new Problem({
    status: 409,
    code: 'version-damaged',
    title: 'This version cannot be read',
    detail: `Version ${version} was damaged in storage. Choose another version, or have this one written again first.`,
  })
}

/** Nothing was saved. */
export function overLimit({ bytes, limit, overBy }: Pick<Checked, 'bytes' | 'limit' | 'overBy'>): Problem {
  return new Problem({
    status: 422,
    code: 'over-limit',
    title: 'The text is too long',
    detail: `${bytes} bytes are ${overBy} more than the limit of ${limit}. Shorten it, or save it with allowOverLimit.`,
    extensions: { bytes, limit, overBy },
  })
}

/** Nothing was saved. */
export function forbiddenFindings(findings: readonly Finding[]): Problem {
  return new Problem({
    status: 422,
    code: 'forbidden-findings',
    title: 'The text has what a record may not have',
    detail: `The guide forbids ${findings.length} passage${findings.length === 1 ? '' : 's'}. Change them, or say in "despite" why they stand.`,
    extensions: { findings },
  })
}
