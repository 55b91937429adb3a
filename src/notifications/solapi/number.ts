/**
 * A Korean mobile number in digits, as messages are sent to it: `010-1234-5678` and `+82 10 1234 5678` alike.
 * Undefined for anything else.
 */
export function mobileNumber(text: string): string | undefined {
  const digits = text.replace(/[\s().-]/g, '').replace(/^\+82(\(0\)|0)?/, '0')
  return /^01(0\d{8}|[16789]\d{7,8})$/.test(digits) ? digits : undefined
}

/** Enough for its owner to recognize it. */
export function masked(number: string): string {
  return `${number.slice(0, 3)}-${'*'.repeat(number.length - 7)}-${number.slice(-4)}`
}
