import { Problem } from '../base/problem.ts'

/** Also for those of others: no one can find out that they exist. */
export function notificationNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'notification-not-found',
    title: 'No such notification',
    detail: 'There is no notification with this id, or it is not yours. It goes when its task is removed.',
  })
}

export function tooManyStreams(): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-streams',
    title: 'Too many open streams',
    detail: 'One connection to this address is enough for a browser. Close another one first.',
    headers: { 'retry-after': '30' },
  })
}

/** The settings of this server do not offer it. */
export function channelNotOffered(): Problem {
  return new Problem({
    status: 404,
    code: 'channel-not-offered',
    title: 'Not offered here',
    detail: 'This server does not notify in this way. Its operator can turn it on.',
  })
}

/** Nothing was saved. */
export function addressRefused(): Problem {
  return new Problem({
    status: 422,
    code: 'address-refused',
    title: 'The address cannot be used',
    detail: 'Give an https:// address on the public internet, without user name, password and fragment.',
  })
}

export function webhookNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'webhook-not-found',
    title: 'No webhook',
    detail: 'You have no webhook. It goes when its server answers 410.',
  })
}

/** Nothing was saved. */
export function unusablePushKeys(): Problem {
  return new Problem({
    status: 422,
    code: 'unusable-push-keys',
    title: 'The keys cannot be used',
    detail: 'Give the keys p256dh and auth as the browser has them in its subscription.',
  })
}

/** Nothing was saved. */
export function tooManySubscriptions(most: number): Problem {
  return new Problem({
    status: 409,
    code: 'too-many-push-subscriptions',
    title: 'Too many browsers',
    detail: `You have ${most} push subscriptions, the most there can be. Remove one first.`,
  })
}

/** Also for subscriptions of others: no one can find out that they exist. */
export function subscriptionNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'push-subscription-not-found',
    title: 'No such push subscription',
    detail: 'There is no push subscription with this id, or it is not yours.',
  })
}

/** Nothing was saved. */
export function notAMobileNumber(): Problem {
  return new Problem({
    status: 422,
    code: 'not-a-mobile-number',
    title: 'Not a mobile number',
    detail: 'Give a Korean mobile number, such as 010-1234-5678.',
  })
}

/** Nothing was sent. */
export function tooManyCodes(retryAfterSeconds: number): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-codes',
    title: 'Too many codes',
    detail: 'So many codes were sent within an hour that there are no more for now. Come back later.',
    headers: { 'retry-after': String(retryAfterSeconds) },
  })
}

/** The number is stored, unverified. */
export function codeNotSent(): Problem {
  return new Problem({
    status: 502,
    code: 'code-not-sent',
    title: 'The code was not sent',
    detail: 'The message with the code could not be sent to this number. Check it, and try again.',
  })
}

export function noCodeAwaited(): Problem {
  return new Problem({
    status: 409,
    code: 'no-code-awaited',
    title: 'No code is awaited',
    detail: 'The code is used up or too old, or there was none. Ask for another by giving the number again.',
  })
}

export function wrongCode(triesLeft: number): Problem {
  return new Problem({
    status: 422,
    code: 'wrong-code',
    title: 'Wrong code',
    detail: `This is not the code that was sent. Tries left: ${triesLeft}.`,
    extensions: { triesLeft },
  })
}
